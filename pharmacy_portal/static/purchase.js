// 購買: a card, Enter, Enter. No field of one buyer ever meets another's: whatever changes voids
// the check, and every answer is tied to the serial (`turn`) it was asked under; older ones drop.
import { AgentFault } from "./agent.js";
import { ask, freshKey, settle, Unreachable } from "./api.js";
import { askInTheMorning } from "./arrival.js";
import { announce, main, onStock, products, setStock, stock } from "./counter.js";
import { offerDispute } from "./dispute.js";
import { show as showState } from "./explain.js";
import { cardsIn, connect, onCards, read, readerWithCard, stateCode } from "./reader.js";
import { showRecent, voidButton } from "./tables.js";
import { letGo, lockTray } from "./tray.js";
import { CARD, CARD_FAILED, manualReason, showManner, suggestReason } from "./typed.js";
import { goods, say } from "./words.js";

const DEFAULT_PIECES = 2;
const LONG_MS = 2_500;
// These are about the numbers: the buyer stays, the numbers can be changed.
const ABOUT_PIECES = ["OVER_LIMIT", "QTY_ZERO", "QTY_INVALID", "CHILD_MASK_AGE", "NO_STOCK"];
const HAS_BOUGHT = "WITHIN_WINDOW";
const READ_AGAIN = ["unknown_nonce", "used", "too_old"];

const find = (selector) => document.querySelector(selector);
const buyer = find("#buyer");
const [type, number, born] = ["#identity_type", "#id_number", "#birth_date"].map(find);
const sale = find("#sale");
const pieces = [...sale.querySelectorAll("[data-product]")];
const prices = JSON.parse(main.dataset.prices);
const parts = {
  allowed: sale,
  confirm: find("#confirm"),
  refused: find("#refused"),
  choose: find("#choose"),
};
const waits = {
  reading: () => say("says_reading"),
  checking: () => say("checking"),
  selling: () => say("waiting"),
};

let turn = 0;
// The reading of the card in the form, and the reader it lies in.
let card = null;
let reader = null;
let allowed = null;
// What happened to cards while the outcome of a sale was open.
let pulled = false;
let nextCard = null;

function show(state) {
  main.dataset.state = state;
  for (const [name, part] of Object.entries(parts)) part.hidden = name !== state;
  find("#waiting").hidden = !(state in waits);
  find("#waiting-title").textContent = waits[state]?.() ?? "";
  find("#waiting-long").hidden = true;
  lock(state === "selling");
  find("#fault").textContent = "";
  find("#sale-fault").textContent = "";
  showState(find("#trouble"), "");
}

/** While the outcome is open nobody else can be put into the form. */
function lock(on) {
  for (const field of [type, number, born, find("#check")]) field.disabled = on;
  lockTray(on);
}

const busy = () => main.dataset.state === "selling";

/** Forget the check: whoever was judged is not who stands in the form now. */
function voidCheck() {
  turn += 1;
  allowed = null;
  for (const field of pieces) field.value = "";
  find("#on_behalf").checked = false;
  offerDispute(null);
  for (const id of ["#reasons", "#next-date", "#tell", "#confirm-text", "#due", "#allowed-total"]) {
    find(id).replaceChildren();
  }
  show("empty");
}

/** Leave nothing of the buyer: no field, no message, no answer still on its way. */
function clearBuyer() {
  voidCheck();
  forgetCard();
  buyer.reset();
  type.value = CARD;
  showManner();
  number.focus();
}

function forgetCard() {
  card = reader = null;
  find("#reader").textContent = "";
  showReaders(stateCode());
}

// --- a card --------------------------------------------------------------------------------

onCards({
  inserted(where, mute) {
    if (document.documentElement.dataset.locked) return;
    performance.mark("card-in");
    if (busy()) return void (nextCard = { where, mute });
    begin(where, mute);
  },
  removed(where) {
    if (nextCard?.where === where) nextCard = null;
    if (main.dataset.state === "choose") return fewerToChoose();
    if (where !== reader) return;
    if (!busy()) return takenOut();
    pulled = true;
    number.value = born.value = "";
    find("#reader").textContent = "";
  },
  changed: showReaders,
});

function showReaders(code) {
  const panel = find("#reader-state");
  // The card whose owner stands in the form needs no words of its own.
  if (code === "card_in" && reader) code = "";
  if (panel.dataset.code !== code) showState(panel, code);
  find("#connect-agent").hidden = code !== "agent_ask";
  suggestReason(code, "state");
}
find("#connect-agent").addEventListener("click", connect);

function takenOut() {
  clearBuyer();
  find("#reader").textContent = say("card_removed");
}

function begin(where, mute, options) {
  clearBuyer();
  announce("");
  if (mute) return cannotRead("card_mute", where);
  return readFrom(where, options);
}

/** Read a card into the form and check it; whatever happens meanwhile makes the answer void. */
async function readFrom(where, options = {}) {
  const mine = ++turn;
  reader = where;
  showReaders(stateCode());
  show("reading");
  let answer;
  try {
    answer = await read(where, options);
  } catch (fault) {
    if (!(fault instanceof AgentFault || fault instanceof Unreachable)) throw fault;
    if (mine === turn) failed(fault, where);
    return;
  }
  if (mine !== turn) return;
  take(answer, where);
  await check(options);
}

function take(answer, where) {
  suggestReason("", "card");
  card = answer.reading;
  reader = answer.reader ?? where;
  number.value = answer.id_number;
  born.value = answer.birth_date;
  find("#reader").textContent = say("card_inserted", { name: answer.name });
}

function failed(fault, where) {
  clearBuyer();
  if (fault instanceof Unreachable) find("#fault").textContent = say("no_answer");
  else if (fault.code === "ambiguous") choose();
  else cannotRead(fault.code, where);
}

function cannotRead(code, where = null) {
  reader = where;
  showState(find("#trouble"), code);
  suggestReason(code, "card");
}

/** Two NHI cards at once: whose turn it is, only the pharmacist knows. */
function choose() {
  const buttons = cardsIn().map(({ name }, index) => {
    const button = document.createElement("button");
    button.type = "button";
    const key = document.createElement("kbd");
    key.textContent = String(index + 1);
    button.append(key, ` ${name}`);
    button.addEventListener("click", () => begin(name, false, { chosen: true }));
    return button;
  });
  find("#choose .cards").replaceChildren(...buttons);
  show("choose");
  buttons[0]?.focus();
}

function fewerToChoose() {
  const left = cardsIn();
  if (left.length > 1) return choose();
  return left.length ? begin(left[0].name, false) : takenOut();
}

// --- who buys ------------------------------------------------------------------------------

function typeInstead(code) {
  type.value = code;
  forgetCard();
  number.value = born.value = "";
  voidCheck();
  showManner();
}

type.addEventListener("change", () => typeInstead(type.value));
find("#to-typed").addEventListener("click", () => {
  if (busy()) return;
  typeInstead(CARD_FAILED);
  number.focus();
});
for (const field of [number, born]) {
  field.addEventListener("input", voidCheck);
  field.addEventListener("keydown", (event) => {
    const types = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (types && field.readOnly) find("#fault").textContent = say("card_fills_in");
  });
}

buyer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy()) return;
  // As in the manual: with the card in the reader 資格審核 reads it.
  if (type.value === CARD && !card) return readNow();
  check();
});

function readNow() {
  const where = readerWithCard();
  if (where) return begin(where, false);
  voidCheck();
  find("#fault").textContent = say("insert_first");
  const code = stateCode();
  if (code && code !== "ready") showState(find("#trouble"), code);
}

async function check({ again = false } = {}) {
  if (busy()) return;
  voidCheck();
  const missing = [number, born].find((field) => !field.value.trim());
  if (missing) {
    find("#fault").textContent = say("type_first");
    return missing.focus();
  }
  const reason = manualReason();
  if (reason === null) {
    find("#fault").textContent = say("reason_first");
    return find("#manual_reason").focus();
  }
  const mine = ++turn;
  show("checking");
  try {
    const { status, body } = await ask("POST", "/api/v1/eligibility", {
      ...whoBuys(),
      manual_reason: reason,
    });
    if (mine !== turn) return;
    if (READ_AGAIN.includes(whyNoReading(body)) && !again) {
      return await readFrom(reader, { chosen: true, again: true });
    }
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

/** Return why a reading did not count, where that is what stands in the way. */
const whyNoReading = (body) =>
  body.code === "CARD_READING_REQUIRED" ? (body.why ?? body.details?.why) : null;

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
  if (card) measure();
}

/** Note how long a card took until its answer was to be seen. */
function measure() {
  const mine = turn;
  requestAnimationFrame(() => {
    const inserted = performance.getEntriesByName("card-in").length;
    if (mine === turn && inserted) performance.measure("card-to-answer", "card-in");
    performance.clearMarks("card-in");
  });
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
  offerDispute(body.reasons?.includes(HAS_BOUGHT) ? whoBuys() : null);
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
  finish(answer);
});

function finish(answer) {
  const gone = pulled;
  const next = nextCard;
  pulled = false;
  nextCard = null;
  told(answer, gone);
  if (next) begin(next.where, next.mute);
}

function told(answer, gone) {
  if (answer.status === 201) return sold(answer.body);
  // The card has left: its owner's numbers go with it, the reason stays.
  if (gone) {
    clearBuyer();
    return complain(answer.body);
  }
  if (ABOUT_PIECES.includes(answer.body.code)) return changePieces(answer.body);
  if (answer.status === 409 && !whyNoReading(answer.body)) return refuse(answer.body);
  complain(answer.body);
}

function changePieces(body) {
  if (body.details?.remaining) setStock(body.details.remaining);
  show("allowed");
  find("#sale-fault").textContent = `${body.title} ${body.tell_buyer}`;
  pieces[0].focus();
}

function sold(done) {
  letGo();
  suggestReason("", "card");
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

/** The form is emptied by hand: whoever's card it was, it is taken back. */
function clear() {
  if (busy()) return;
  letGo();
  suggestReason("", "card");
  clearBuyer();
}
for (const button of document.querySelectorAll(".clear")) button.addEventListener("click", clear);
// A key that is held down is one key: it must not also confirm.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.repeat && event.key === "Enter") event.preventDefault();
    if (busy() || document.querySelector("dialog[open]")) return;
    if (event.key === "F2") {
      event.preventDefault();
      return find("#to-typed").click();
    }
    if (main.dataset.state === "choose") return pick(event);
    if (event.key !== "Escape") return;
    if (main.dataset.state === "confirm") back();
    else clear();
  },
  { capture: true },
);

function pick(event) {
  if (event.key === "Escape") return clear();
  const chosen = find("#choose .cards").children[Number(event.key) - 1];
  if (!chosen || event.repeat) return;
  // The key chooses a card; it must not also open a service.
  event.preventDefault();
  event.stopPropagation();
  chosen.click();
}

document.addEventListener("page-locked", () => {
  if (!busy()) clearBuyer();
});

onStock((now) => {
  const none = products.every(({ id }) => !now[id]);
  find("#no-stock").hidden = !none;
  find("#buy").disabled = none;
});
window.addEventListener("pagehide", () => {
  turn += 1;
  buyer.reset();
  sale.reset();
});
window.addEventListener("beforeunload", (event) => {
  if (busy()) event.preventDefault();
});

clearBuyer();
refreshRecent();
askInTheMorning();
