// 爭議註記: a refused buyer says that he has not bought. The buyer is taken from the caller, never kept.
import { ask, Unreachable } from "./api.js";
import { say } from "./words.js";

const box = document.querySelector("#dispute");
const [note, save, done] = ["#dispute-note", "#dispute-save", "#dispute-done"].map((id) => box.querySelector(id));
// An answer about one buyer must not be shown to the next.
let turn = 0;

/** Offer the note for a refused buyer; ``null`` takes the offer away. In practice nothing is kept. */
export function offerDispute(buyer) {
  turn += 1;
  box.hidden = buyer === null || document.body.classList.contains("practising");
  box.open = false;
  note.value = done.textContent = "";
  save.disabled = false;
  save.onclick = buyer === null ? null : () => keep(buyer);
}

note.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing && !event.repeat) save.click();
});

async function keep(buyer) {
  const mine = turn;
  const text = note.value;
  save.disabled = true;
  done.textContent = "";
  try {
    const { status, body } = await ask("POST", "/api/v1/disputes", { ...buyer, note: text });
    if (mine !== turn) return;
    save.disabled = status === 201;
    done.textContent = status === 201 ? say("dispute_kept", { id: body.dispute_id }) : `${body.title} ${body.tell_buyer ?? ""}`;
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
    if (mine !== turn) return;
    save.disabled = false;
    done.textContent = say("no_answer");
  }
}
