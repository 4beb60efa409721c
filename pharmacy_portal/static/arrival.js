// The morning question: have today's goods arrived? Asked until somebody answers it.
import { ask, settle, Unreachable } from "./api.js";
import { announce, main, products, setStock } from "./counter.js";
import { LATER, TYPED } from "./remembered.js";
import { goods, say } from "./words.js";

const ASK_AGAIN_MS = 15 * 60_000;
const BUSY_MS = 30_000;

const dialog = document.querySelector("#arrival");
const buttons = dialog ? [...dialog.querySelectorAll("[data-answer]")] : [];
const button = (answer) => buttons.find((one) => one.dataset.answer === answer);
const fault = document.querySelector("#arrival-error");
let day = main.dataset.day;
let done = () => {};

/** Ask now unless it has been answered, or somebody said "not yet" a little while ago. */
export async function askInTheMorning() {
  if (!dialog) return;
  const today = await whatIsKnown();
  if (!today || !today.unanswered) return;
  if (today.positive_manual && sessionStorage.getItem(TYPED) === today.day) return;
  const wait = Number(sessionStorage.getItem(LATER) ?? 0) + ASK_AGAIN_MS - Date.now();
  if (wait > 0) return void setTimeout(askInTheMorning, wait);
  if (!["empty", undefined].includes(main.dataset.state)) {
    return void setTimeout(askInTheMorning, BUSY_MS);
  }
  open(today);
}

/** Ask because somebody pressed the button for it. */
export async function askNow() {
  const today = await whatIsKnown();
  if (today) open(today);
}

/** Call back when the goods are written. */
export function onWritten(callback) {
  done = callback;
}

/** Return what the server knows of today's goods; nothing where it does not answer. */
export async function whatIsKnown() {
  try {
    const { status, body } = await ask("GET", "/api/v1/intakes/today");
    return status === 200 ? body : null;
  } catch (error) {
    if (error instanceof Unreachable) return null;
    throw error;
  }
}

function open(today) {
  day = today.day;
  fault.textContent = "";
  document.querySelector("#arrival-typed").hidden = !today.positive_manual;
  button("later").hidden = today.positive_manual;
  document.querySelector("#arrival-hint").hidden = today.positive_manual;
  button("enough").hidden = !today.positive_manual;
  if (!dialog.open) dialog.showModal();
  button(today.positive_manual ? "enough" : "yes").focus();
}

const answers = {
  async yes() {
    dialog.inert = true;
    fault.textContent = "";
    const { status, body } = await settle("/api/v1/intakes/automatic", {});
    dialog.inert = false;
    if (status === 201) {
      setStock(body.stock);
      announce(say("written", { goods: goods(products, body.pieces) }));
    } else if (body.code === "ALREADY_DONE") {
      announce(say("already_written"));
    } else {
      fault.textContent = `${body.title} ${body.tell_buyer}`;
      return;
    }
    dialog.close();
    done();
  },
  other() {
    location.assign(`${main.dataset.intake}#typed`);
    if (location.pathname === "/intake") dialog.close();
  },
  later() {
    sessionStorage.setItem(LATER, String(Date.now()));
    setTimeout(askInTheMorning, ASK_AGAIN_MS);
    announce(say("later"));
    dialog.close();
  },
  enough() {
    sessionStorage.setItem(TYPED, day);
    dialog.close();
  },
};

if (dialog) {
  for (const one of buttons) one.addEventListener("click", () => answers[one.dataset.answer]());
  // Esc answers nothing: the goods have not arrived as far as the system knows.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!dialog.inert) answers[button("enough").hidden ? "later" : "enough"]();
  });
  dialog.addEventListener("keydown", (event) => {
    const visible = buttons.filter((one) => !one.hidden);
    // A key held down since the page before is no answer.
    if (event.repeat) return void (event.key === "Tab" || event.preventDefault());
    const chosen = visible[Number(event.key) - 1];
    if (!chosen) return;
    // The key answers the question; it must not also be typed into the field that comes next.
    event.preventDefault();
    chosen.click();
  });
  // A field that gets the focus while the page behind is still inert takes no keys (Chromium).
  dialog.addEventListener("close", () => {
    const field = document.querySelector("[autofocus]");
    field?.blur();
    requestAnimationFrame(() => field?.focus());
  });
}
