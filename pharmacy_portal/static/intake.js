// 進貨登錄: numbers, 新增, 確定. What looks like a slip of the hand has to be typed twice.
import { freshKey, settle, Unreachable } from "./api.js";
import { askNow, onWritten, whatIsKnown } from "./arrival.js";
import { announce, main, products, setStock } from "./counter.js";
import { TYPED } from "./remembered.js";
import { showHistory } from "./tables.js";
import { goods, say } from "./words.js";

const find = (selector) => document.querySelector(selector);
const form = find("#intake");
const fields = [...form.querySelectorAll("[data-product]")];
const again = [...form.querySelectorAll("[data-again]")];
const parts = { confirm: find("#confirm"), waiting: find("#waiting"), again: find("#again") };
let pending = null;

function show(state) {
  main.dataset.state = state;
  parts.confirm.hidden = state !== "confirm";
  parts.waiting.hidden = state !== "selling";
  find("#add").parentElement.hidden = state !== "empty";
  for (const field of [...fields, ...again, find("#note")]) field.readOnly = state !== "empty";
}

function tell({ fault = "", done = "" }) {
  find("#fault").textContent = fault;
  find("#done").textContent = done;
}

const number = (text) => {
  const plain = text.normalize("NFKC").trim().replace("−", "-");
  return plain === "" ? 0 : /^[+-]?\d{1,7}$/.test(plain) ? Number(plain) : null;
};

function typed(inputs, name) {
  return Object.fromEntries(inputs.map((field) => [field.dataset[name], number(field.value)]));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (main.dataset.state !== "empty") return;
  const pieces = typed(fields, "product");
  tell({});
  if (Object.values(pieces).every((count) => count === 0)) {
    tell({ fault: say("no_pieces") });
    return fields[0].focus();
  }
  const body = { pieces, note: find("#note").value };
  if (!parts.again.hidden) body.confirmation = typed(again, "again");
  pending = { key: freshKey(), body };
  find("#confirm-text").textContent = say("confirm_intake", { goods: signed(pieces) });
  show("confirm");
  find("#really").focus();
});

function signed(pieces) {
  const plain = Object.fromEntries(Object.entries(pieces).map(([id, count]) => [id, count ?? "?"]));
  return goods(products, plain);
}

find("#really").addEventListener("click", async () => {
  if (main.dataset.state !== "confirm") return;
  show("selling");
  const { key, body } = pending;
  const answer = await settle("/api/v1/intakes", body, { "Idempotency-Key": key });
  show("empty");
  if (answer.status === 201) return recorded(answer.body);
  if (answer.body.code === "CONFIRMATION_NEEDED") {
    parts.again.hidden = false;
    for (const field of again) field.value = "";
    tell({ fault: answer.body.title });
    return again[0].focus();
  }
  tell({ fault: `${answer.body.title} ${answer.body.tell_buyer ?? ""}` });
  fields[0].focus();
});

async function recorded(answer) {
  clear();
  setStock(answer.stock);
  tell({ done: say("recorded", { goods: goods(products, answer.pieces) }) });
  if (Object.values(answer.pieces).some((count) => count > 0)) {
    sessionStorage.setItem(TYPED, main.dataset.day);
  }
  await refresh();
}

function clear() {
  form.reset();
  parts.again.hidden = true;
  tell({});
  show("empty");
  fields[0].focus();
}

find("#unsure").addEventListener("click", () => {
  show("empty");
  find("#add").focus();
});
find("#clear").addEventListener("click", clear);
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter") event.preventDefault();
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (main.dataset.state === "confirm") find("#unsure").click();
  else if (main.dataset.state === "empty") clear();
});

async function refresh() {
  try {
    await showHistory();
    const today = await whatIsKnown();
    if (today) {
      find("#ask").hidden = today.automatic_done;
      find("#automatic-done").hidden = !today.automatic_done;
    }
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
  }
}

find("#ask").addEventListener("click", askNow);
onWritten(refresh);
function followHash() {
  if (location.hash !== "#typed") return;
  announce(say("goto_intake"));
  history.replaceState(null, "", location.pathname + location.search);
  fields[0].focus();
}
window.addEventListener("hashchange", followHash);
show("empty");
followHash();
refresh();
