// Asking once more before something ends, and telling what came of an act.
import { ask, Unreachable } from "./api.js";
import { say } from "./words.js";

const dialog = document.querySelector("#sure");
const fault = document.querySelector("#fault");
const done = document.querySelector("#done");
let acting = false;

/** Ask in a dialog; resolve to whether it was confirmed. Esc means no. */
export function sure(text) {
  dialog.querySelector("#sure-text").textContent = text;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.querySelector("#yes").onclick = () => dialog.close("yes");
    dialog.querySelector("#no").onclick = () => dialog.close("no");
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.returnValue = "no";
    dialog.querySelector("#no").focus();
  });
}

/** Do something; resolve to its answer, or null when it was refused (the page then says why). */
export async function act(method, path, body) {
  // The second half of a double click would do it twice: two codes, of which one is seen.
  if (acting) return null;
  acting = true;
  fault.textContent = done.textContent = "";
  try {
    const answer = await ask(method, path, body);
    if (answer.status < 400) return answer;
    refuse(answer.body);
    return null;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    fault.textContent = say("disconnected");
    return null;
  } finally {
    acting = false;
  }
}

/** Say why something was refused, and what to do next. */
export function refuse(problem) {
  const detail = problem.code === "INVALID" ? problem.detail : problem.tell_buyer;
  fault.textContent = `${problem.title} ${detail}`;
  fault.scrollIntoView({ block: "nearest" });
}

/** Show the page anew as it now stands. */
export function again() {
  location.reload();
}
