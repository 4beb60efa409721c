// 最近購買紀錄 and 歷史登錄進貨紀錄, and the correction (更正) of a sale.
import { ask, settle } from "./api.js";
import { products, setStock } from "./counter.js";
import { goods, say } from "./words.js";

function cell(text, className = "") {
  const td = document.createElement("td");
  td.textContent = text;
  td.className = className;
  return td;
}

function fill(body, rows, columns, empty) {
  if (!rows.length) {
    const td = cell(empty, "empty");
    td.colSpan = columns;
    const tr = document.createElement("tr");
    tr.append(td);
    rows = [tr];
  }
  body.replaceChildren(...rows);
}

/** Load this outlet's sales of today into the page. */
export async function showRecent() {
  const body = document.querySelector("#recent");
  const { status, body: answer } = await ask("GET", "/api/v1/sales/recent");
  if (status !== 200) return;
  const mayVoid = "mayVoid" in body.dataset;
  fill(body, answer.sales.map((sale) => saleRow(sale, mayVoid)), products.length + 4, say("recent_empty"));
}

function saleRow(sale, mayVoid) {
  const row = document.createElement("tr");
  row.classList.toggle("voided", sale.voided);
  row.append(cell(sale.outlet_name), cell(sale.masked_number, "code"), cell(sale.sold_at_roc, "code"));
  for (const { id } of products) row.append(cell(String(sale.pieces[id]), "number"));
  const last = cell("", "act");
  if (sale.voided) last.textContent = say("voided");
  else if (mayVoid) last.append(voidButton(sale));
  row.append(last);
  return row;
}

/** Make the button that corrects a sale after one question. */
export function voidButton(sale) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = say("correction");
  button.addEventListener("click", async () => {
    if (!(await sure(sale))) return button.focus();
    button.disabled = true;
    const { status, body } = await settle(`/api/v1/sales/${sale.sale_id}/void`, {});
    if (status === 200) setStock(body.remaining);
    // A repeat whose first answer was lost is told that it is done already: it is.
    const known = status === 200 || body.code === "ALREADY_DONE";
    button.dispatchEvent(
      new CustomEvent("voided", { bubbles: true, detail: known ? "" : `${body.title} ${body.tell_buyer}` }),
    );
    if (document.querySelector("#recent")) await showRecent();
  });
  return button;
}

function sure(sale) {
  const dialog = document.createElement("dialog");
  const line = document.createElement("p");
  line.className = "official";
  line.textContent = [sale.masked_number, goods(products, sale.pieces)].filter(Boolean).join(" · ");
  const question = document.createElement("h2");
  question.textContent = say("confirm_void");
  const keys = document.createElement("p");
  keys.className = "keys";
  const yes = document.createElement("button");
  yes.className = "primary";
  yes.textContent = say("confirm");
  const no = document.createElement("button");
  no.textContent = say("back");
  keys.append(yes, " ", no);
  dialog.append(question, line, keys);
  document.body.append(dialog);
  return new Promise((resolve) => {
    yes.addEventListener("click", () => dialog.close("yes"));
    no.addEventListener("click", () => dialog.close(""));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
    no.focus();
  });
}

/** Load this outlet's intakes into the page. */
export async function showHistory() {
  const { status, body: answer } = await ask("GET", "/api/v1/intakes");
  if (status !== 200) return;
  const rows = answer.intakes.map(intakeRow);
  fill(document.querySelector("#history"), rows, products.length + 2, say("history_empty"));
}

function intakeRow(intake) {
  const row = document.createElement("tr");
  row.append(cell(intake.at_roc, "code"));
  for (const { id } of products) {
    const pieces = intake.pieces[id];
    row.append(cell(pieces > 0 ? `+${pieces}` : String(pieces).replace("-", "−"), "number"));
  }
  const origin = intake.origin === "system" ? say("system") : "";
  const flagged = intake.flagged ? `(${say("flagged")})` : "";
  row.append(cell([origin, intake.note, flagged].filter(Boolean).join(" "), "note"));
  return row;
}
