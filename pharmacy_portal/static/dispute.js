// 爭議註記: a refused buyer says that he has not bought. The buyer is taken from the caller, never kept.
import { ask } from "./api.js";
import { say } from "./words.js";

const box = document.querySelector("#dispute");

/** Offer the note for a refused buyer; ``null`` takes the offer away. */
export function offerDispute(buyer) {
  box.hidden = buyer === null;
  box.querySelector("#dispute-note").value = "";
  box.querySelector("#dispute-done").textContent = "";
  box.querySelector("#dispute-save").disabled = false;
  box.querySelector("#dispute-save").onclick = buyer === null ? null : () => keep(buyer);
}

async function keep(buyer) {
  const note = box.querySelector("#dispute-note").value;
  box.querySelector("#dispute-save").disabled = true;
  const { status, body } = await ask("POST", "/api/v1/disputes", { ...buyer, note });
  const done = status === 201 ? say("dispute_kept", { id: body.dispute_id }) : `${body.title} ${body.tell_buyer ?? ""}`;
  box.querySelector("#dispute-done").textContent = done;
  box.querySelector("#dispute-save").disabled = status === 201;
}
