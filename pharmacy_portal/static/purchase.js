// 購買: a card, Enter, Enter. No field of one buyer ever meets another's: whatever changes voids
// the check, and answers to a voided check are dropped (`turn`).
import { ask, freshKey, settle, Unreachable } from "./api.js";
import { askInTheMorning } from "./arrival.js";
import { announce, main, onStock, products, setStock, stock } from "./counter.js";
import { showRecent, voidButton } from "./tables.js";
import { goods, say } from "./words.js";

const CARD = "01";
const CARD_FAILED = "02";
const DEFAULT_PIECES = 2;
const LONG_MS = 2_500;
// These are about the numbers: the buyer stays, the numbers can be changed.
const ABOUT_PIECES = ["OVER_LIMIT", "QTY_ZERO", "QTY_INVALID", "CHILD_MASK_AGE", "NO_STOCK"];

const find = (selector) => document.querySelector(selector);
const buyer = find("#buyer");
const [type, number, born] = ["#identity_type", "#id_number", "#birth_date"].map(find);
const sale = find("#sale");
const pieces = [...sale.querySelectorAll("[data-product]")];
const prices = JSON.parse(main.dataset.prices);
const tray = [...document.querySelectorAll(".tray [data-card]")];
const parts = { allowed: sale, confirm: find("#confirm"), refused: find("#refused") };

let turn = 0;
let card = null;
let allowed = null;

function show(state) {
  main.dataset.state = state;
  for (const [name, part] of Object.entries(parts)) part.hidden = name !== state;
  find("#waiting").hidden = !["checking", "selling"].includes(state);
  find("#waiting-title").textContent = say(state === "checking" ? "checking" : "waiting");
  find("#waiting-long").hidden = true;
  lock(state === "selling");
  find("#fault").textContent = "";
  find("#sale-fault").textContent = "";
}

/** While the outcome is open nobody else can be put into the form. */
function lock(on) {
  for (const field of [type, number, born, find("#check"), ...tray]) field.disabled = on;
  if (find("#eject")) find("#eject").disabled = on || !card;
}

const busy = () => main.dataset.state === "selling";

/** Forget the check: whoever was judged is not who stands in the form now. */
function voidCheck() {
  turn += 1;
  allowed = null;
  for (const field of pieces) field.value = "";
  find("#on_behalf").checked = false;
  for (const id of ["#reasons", "#next-date", "#tell", "#confirm-text", "#due"]) {
    find(id).replaceChildren();
  }
  show("empty");
}

function clearBuyer() {
  voidCheck();
  takeOut();
  buyer.reset();
  type.value = CARD;
  find("#reader").textContent = "";
  number.focus();
}

function takeOut() {
  card = null;
  for (const button of tray) button.setAttribute("aria-pressed", "false");
  if (find("#eject")) find("#eject").disabled = true;
}

// --- who buys ------------------------------------------------------------------------------

type.addEventListener("change", () => {
  takeOut();
  number.value = born.value = "";
  find("#reader").textContent = "";
  voidCheck();
});
for (const field of [number, born]) {
  field.addEventListener("input", () => {
    takeOut();
    voidCheck();
    if (type.value === CARD && field.value) typedInstead();
  });
}

function typedInstead() {
  type.value = CARD_FAILED;
  const label = type.selectedOptions[0].textContent;
  find("#reader").textContent = say("switched_to_typed", { type: label });
}

buyer.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});

async function check() {
  if (busy()) return;
  voidCheck();
  const missing = [number, born].find((field) => !field.value.trim());
  if (missing) {
    find("#fault").textContent = say("type_first");
    return missing.focus();
  }
  const mine = ++turn;
  show("checking");
  try {
    const { status, body } = await ask("POST", "/api/v1/eligibility", {
      ...whoBuys(),
      manual_reason: card ? "" : "typed",
    });
    if (mine !== turn) return;
    if (status !== 200) return complain(body);
    if (body.verdict === "ALLOW") allow(body.allowed);
    else refuse(body);
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
    if (mine !== turn) return;
    show("empty");
    find("#fault").textContent = say("no_answer");
    find("#check").focus();
  }
}

function whoBuys() {
  const who = { identity_type: type.value, id_number: number.value, birth_date: born.value };
  return card ? { ...who, reading: card } : who;
}

function complain(body) {
  show("empty");
  find("#fault").textContent = `${body.title} ${body.tell_buyer ?? ""}`;
  number.focus();
}

// --- the answer ----------------------------------------------------------------------------

function allow(found) {
  allowed = found;
  show("allowed");
  const names = products.filter(({ id }) => found[id]).map(({ name }) => name);
  find("#allowed-total").textContent = say("may_buy", { products: names.join("/"), total: found.total });
  const first = suggest(found);
  due();
  const field = pieces.find((one) => one.dataset.product === first) ?? pieces[0];
  field.focus();
  field.select();
}

/** Fill in two pieces of the first product that the buyer may have and the shelf has. */
function suggest(found) {
  const most = (id) => Math.min(DEFAULT_PIECES, found[id], found.total, stock[id] ?? 0);
  const first = products.map(({ id }) => id).find((id) => most(id) > 0);
  for (const field of pieces) {
    const id = field.dataset.product;
    field.value = id === first ? most(id) : 0;
    field.readOnly = found[id] === 0;
  }
  return first;
}

const wanted = () =>
  Object.fromEntries(pieces.map((one) => [one.dataset.product, Number(one.value.normalize("NFKC") || 0)]));
const amount = (count) => products.reduce((sum, { id }) => sum + (prices[id] ?? 0) * (count[id] || 0), 0);

function due() {
  find("#due").textContent = say("due", { amount: amount(wanted()) });
}
for (const field of pieces) {
  field.addEventListener("input", () => {
    find("#sale-fault").textContent = "";
    due();
  });
  field.addEventListener("focus", () => field.select());
}

function refuse(body) {
  show("refused");
  find("#reasons").replaceChildren(...body.words.map(({ official }) => item(official)));
  find("#next").hidden = !body.next_date;
  find("#next-date").textContent = body.next_date_words ?? "";
  find("#tell").textContent = body.words[0]?.tell_buyer ?? "";
  parts.refused.querySelector(".clear").focus();
}

function item(text) {
  const li = document.createElement("li");
  li.textContent = text;
  return li;
}

// --- 購買 → 確定 -----------------------------------------------------------------------------

sale.addEventListener("submit", (event) => {
  event.preventDefault();
  if (main.dataset.state !== "allowed") return;
  const count = wanted();
  if (!Object.values(count).some(Boolean)) {
    find("#sale-fault").textContent = say("no_pieces");
    return pieces[0].focus();
  }
  if (tooMany(count)) {
    find("#sale-fault").textContent = say("over_limit");
    return pieces[0].focus();
  }
  const line = { goods: goods(products, count), amount: amount(count) };
  show("confirm");
  find("#confirm-text").textContent = say("confirm_sale", line);
  find("#really").focus();
});

/** Compare with what the check allowed; the server judges the sale anyway. */
function tooMany(count) {
  const total = Object.values(count).reduce((sum, one) => sum + one, 0);
  return total > allowed.total || products.some(({ id }) => count[id] > allowed[id]);
}

find("#unsure").addEventListener("click", back);
function back() {
  show("allowed");
  pieces[0].focus();
}

find("#really").addEventListener("click", async () => {
  if (main.dataset.state !== "confirm") return;
  const count = wanted();
  const body = { ...whoBuys(), pieces: count, on_behalf: find("#on_behalf").checked };
  show("selling");
  const long = setTimeout(() => (find("#waiting-long").hidden = false), LONG_MS);
  const answer = await settle("/api/v1/sales", body, { "Idempotency-Key": freshKey() });
  clearTimeout(long);
  if (answer.status === 201) return sold(answer.body);
  if (ABOUT_PIECES.includes(answer.body.code)) return changePieces(answer.body);
  if (answer.status === 409) return refuse(answer.body);
  complain(answer.body);
});

function changePieces(body) {
  if (body.details?.remaining) setStock(body.details.remaining);
  show("allowed");
  find("#sale-fault").textContent = `${body.title} ${body.tell_buyer}`;
  pieces[0].focus();
}

function sold(done) {
  clearBuyer();
  announce("");
  setStock(done.remaining);
  const text = { goods: goods(products, done.pieces), amount: done.amount_ntd };
  find("#last").hidden = false;
  find("#last").classList.remove("voided");
  find("#last-text").textContent = say("sold", text);
  find("#last-time").textContent = say("sold_at", { time: done.sold_at.slice(11, 19) });
  find("#last-keys").replaceChildren(voidButton(done));
  refreshRecent();
}

document.addEventListener("voided", (event) => {
  if (event.target.closest("#last-keys") && !event.detail) {
    find("#last").classList.add("voided");
    find("#last-text").textContent = say("voided");
    find("#last-keys").replaceChildren();
  }
  if (event.detail) announce(event.detail);
  number.focus();
});

async function refreshRecent() {
  try {
    await showRecent();
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
  }
}

// --- keys, cards, the shelf ----------------------------------------------------------------

for (const button of document.querySelectorAll(".clear")) {
  button.addEventListener("click", () => {
    if (!busy()) clearBuyer();
  });
}
// A key that is held down is one key: it must not also confirm.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.repeat && event.key === "Enter") event.preventDefault();
    if (event.key !== "Escape" || busy() || document.querySelector("dialog[open]")) return;
    if (main.dataset.state === "confirm") back();
    else clearBuyer();
  },
  { capture: true },
);

for (const button of tray) button.addEventListener("click", () => insert(button));
find("#eject")?.addEventListener("click", () => {
  clearBuyer();
  find("#reader").textContent = say("card_removed");
});

async function insert(button) {
  if (busy()) return;
  clearBuyer();
  const mine = ++turn;
  try {
    const { status, body } = await ask("POST", "/api/v1/demo/read", { card: button.dataset.card });
    if (mine !== turn || status !== 200) return;
    card = body.reading;
    button.setAttribute("aria-pressed", "true");
    find("#eject").disabled = false;
    type.value = CARD;
    number.value = body.id_number;
    born.value = body.birth_date;
    find("#reader").textContent = say("card_inserted", { name: body.name });
    await check();
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
    find("#fault").textContent = say("no_answer");
  }
}

onStock((now) => {
  const none = products.every(({ id }) => !now[id]);
  find("#no-stock").hidden = !none;
  find("#buy").disabled = none;
});
window.addEventListener("pagehide", () => {
  buyer.reset();
  sale.reset();
});
window.addEventListener("beforeunload", (event) => {
  if (busy()) event.preventDefault();
});

clearBuyer();
refreshRecent();
askInTheMorning();
