// 盤點: count, compare, record the difference. The stock shown is the one the difference is from.
import { ask, freshKey, settle } from "./api.js";
import { main, onStock, products, setStock } from "./counter.js";
import { goods, say } from "./words.js";

const find = (selector) => document.querySelector(selector);
const form = find("#stocktake");
const fields = [...form.querySelectorAll("[data-product]")];
const again = [...form.querySelectorAll("[data-again]")];
let system = {};
let pending = null;

const number = (text) => {
  const plain = text.normalize("NFKC").trim();
  return /^\d{1,7}$/.test(plain) ? Number(plain) : null;
};
const counted = () => Object.fromEntries(fields.map((field) => [field.dataset.product, number(field.value)]));
const signed = (count) => (count > 0 ? `+${count}` : String(count).replace("-", "−"));

function show(state) {
  main.dataset.state = state;
  find("#confirm").hidden = state !== "confirm";
  find("#compare").parentElement.hidden = state !== "empty";
  for (const field of [...fields, ...again, find("#note")]) field.readOnly = state !== "empty";
}

function differences() {
  const found = counted();
  for (const { id } of products) {
    const cell = form.querySelector(`[data-difference="${CSS.escape(id)}"]`);
    cell.textContent = found[id] === null ? "–" : signed(found[id] - system[id]);
  }
}

function tell({ fault = "", done = "" }) {
  find("#fault").textContent = fault;
  find("#done").textContent = done;
}

onStock((stock) => {
  if (main.dataset.state === "confirm" || main.dataset.state === "selling") return;
  system = { ...stock };
  for (const cell of form.querySelectorAll("[data-system]")) cell.textContent = system[cell.dataset.system] ?? 0;
  differences();
});
form.addEventListener("input", differences);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (main.dataset.state !== "empty") return;
  tell({});
  const found = counted();
  const missing = fields.find((field) => found[field.dataset.product] === null);
  if (missing) {
    tell({ fault: say("count_all") });
    return missing.focus();
  }
  const lines = products
    .filter(({ id }) => found[id] !== system[id])
    .map(({ id, name }) =>
      say("difference_of", { product: name, counted: found[id], system: system[id], difference: signed(found[id] - system[id]) }),
    );
  const body = { counted: found, system, note: find("#note").value };
  if (!find("#again").hidden) body.confirmation = confirmed();
  pending = { key: freshKey(), body };
  if (!lines.length) return record();
  find("#confirm-text").textContent = say("confirm_stocktake", { lines: lines.join("；") });
  show("confirm");
  find("#really").focus();
});

// Typed again is the count; what is confirmed to the portal is the difference it makes.
function confirmed() {
  return Object.fromEntries(again.map((field) => [field.dataset.again, (number(field.value) ?? NaN) - system[field.dataset.again]]));
}

async function record() {
  show("selling");
  const { key, body } = pending;
  const answer = await settle("/api/v1/stocktakes", body, { "Idempotency-Key": key });
  show("empty");
  if (answer.status === 200 || answer.status === 201) return recorded(answer.body);
  if (answer.body.code === "CONFIRMATION_NEEDED") {
    find("#again").hidden = false;
    tell({ fault: answer.body.title });
    return again[0].focus();
  }
  if (answer.body.code === "STOCK_MOVED") setStock(answer.body.details.stock);
  tell({ fault: `${answer.body.title} ${answer.body.tell_buyer ?? ""}` });
  fields[0].focus();
}

function recorded(answer) {
  clear();
  setStock(answer.stock);
  const moved = Object.values(answer.pieces).some(Boolean);
  tell({ done: moved ? say("stocktake_done", { goods: goods(products, answer.pieces) }) : say("stock_agrees") });
}

function clear() {
  form.reset();
  find("#again").hidden = true;
  tell({});
  show("empty");
  differences();
  fields[0].focus();
}

find("#really").addEventListener("click", () => main.dataset.state === "confirm" && record());
find("#unsure").addEventListener("click", () => {
  show("empty");
  find("#compare").focus();
});
find("#clear").addEventListener("click", clear);
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter") event.preventDefault();
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (main.dataset.state === "confirm") find("#unsure").click();
  else if (main.dataset.state === "empty") clear();
});
show("empty");
ask("GET", "/api/v1/stock").then(({ status, body }) => status === 200 && setStock(body.stock));
