// 號碼牌/售完. Each act sends only the field it changes; the answer is what the page shows next.
import { ask, Unreachable } from "./api.js";
import { main } from "./counter.js";
import { showProposals, startProposals } from "./outlet-proposals.js";
import { fillWindows, startWindows, typedWindows } from "./outlet-windows.js";
import { say } from "./words.js";

const POLL_MS = 15_000;
const FIELDS = "input, select, textarea";
const find = (selector) => document.querySelector(selector);
let said = null;

/** Tell what came of an act, for eyes and for screen readers. */
export function tell({ fault = "", done = "" }) {
  find("#fault").textContent = fault;
  find("#done").textContent = done;
}

/** Ask, and tell what stands in the way; null where it was not done. */
export async function act(method, path, body, headers) {
  try {
    const answer = await ask(method, path, body, headers);
    if (answer.status < 300) return answer.body;
    tell({ fault: `${answer.body.title} ${answer.body.detail ?? ""}` });
    return answer.status === 409 ? { conflict: true } : null;
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
    tell({ fault: say("outlet_offline") });
    return null;
  }
}

async function change(fields, what, { takenBack = false } = {}) {
  const answer = await act("PUT", "/api/v1/outlet", fields);
  if (!answer || answer.conflict) return false;
  show(answer);
  tell({ done: takenBack ? say("outlet_taken_back", { what }) : say("outlet_saved", { what }) });
  return true;
}

// Texts that take long to write: nobody's are overwritten unseen. Another till's change of
// another field is no conflict.
async function changeText(name, value, what) {
  const seen = said[name];
  const answer = await act("PUT", "/api/v1/outlet", { [name]: value }, { "If-Match": `"${said.revision}"` });
  if (!answer) return;
  if (!answer.conflict) {
    show(answer, name);
    return tell({ done: say("outlet_saved", { what }) });
  }
  const fresh = await act("GET", "/api/v1/outlet");
  if (!fresh) return;
  const theirs = fresh[name];
  show(fresh);
  if (theirs === seen) return changeText(name, value, what);
  tell({ fault: say("outlet_changed_elsewhere", { theirs: theirs || say("nothing") }) });
}

function press(id, on) {
  find(id).setAttribute("aria-pressed", String(on));
}

/** Show what the outlet says; fields somebody is typing in stay as typed. */
function show(answer, written = "") {
  const before = said;
  said = answer;
  press("#tickets-gone", answer.tickets.gone);
  press("#sold-out", answer.sold_out);
  press("#phone-hidden", answer.phone_hidden);
  const fresh = (name, of) => !before || written === name || of(before) !== of(answer);
  if (fresh("note", (one) => one.note) && untouched("#note", before?.note, written === "note")) find("#note").value = answer.note;
  if (fresh("tickets", (one) => `${one.tickets.time} ${one.tickets.count}`)) showTickets(answer.tickets);
  if (fresh("sale_windows", (one) => one.sale_windows) && (!before || written === "sale_windows" || !windowsTouched(before))) fillWindows(answer.windows);
  if (fresh("paused", (one) => `${one.paused} ${one.pause_reason} ${one.pause_until}`)) showPause(answer);
  showPublic(answer.public);
}

const untouched = (selector, was, written) => written || find(selector).value === (was ?? "");

function windowsTouched(before) {
  return JSON.stringify(typedWindows()) !== JSON.stringify(before.windows);
}

function showTickets({ time, count }) {
  find("#tickets-time").value = time;
  find("#tickets-count").value = count ?? "";
}

function showPause(answer) {
  find("#pause-end").hidden = !answer.paused;
  if (!answer.paused) return;
  find("#pause-reason").value = answer.pause_reason;
  find("#pause-zh").value = answer.pause_reason_zh;
  find("#pause-en").value = answer.pause_reason_en;
  const [date, time] = (answer.pause_until ?? "T").split("T");
  find("#pause-date").value = date;
  find("#pause-time").value = time.slice(0, 5);
  followReason();
}

function showPublic(view) {
  const place = find("#public");
  place.hidden = false;
  place.dataset.shape = view.shape;
  find("#public-shape").setAttribute("href", `/static/shapes.svg#${view.shape}`);
  find("#public-word").textContent = view.word;
  find("#public-reason").textContent = view.reason;
  find("#public-spell").textContent = view.spell;
  for (const number of view.numbers) {
    const cell = find(`[data-public="${CSS.escape(number.id)}"]`);
    cell.querySelector("b").textContent = number.pieces;
    const level = cell.querySelector("em");
    level.textContent = view.availability === "buyable" ? number.word : "";
    level.dataset.level = number.level;
  }
  const phone = view.phone_hidden ? say("phone_hidden_public") : view.phone;
  const lines = [view.tickets, view.sale_windows || say("no_windows"), view.note, phone].filter(Boolean);
  find("#public-conditions").replaceChildren(...lines.map((text) => {
    const line = document.createElement("li");
    line.textContent = text;
    return line;
  }));
}

function followReason() {
  const own = find("#own-words");
  own.hidden = find("#pause-reason").value !== own.dataset.code;
}

const TAPS = {
  "tickets-gone": [say("tickets_gone_tap"), (on) => ({ tickets: { gone: on } })],
  "sold-out": [say("sold_out_tap"), (on) => ({ sold_out: on })],
  "phone-hidden": [say("phone_tap"), (on) => ({ phone_hidden: on })],
};
for (const [id, [what, fields]] of Object.entries(TAPS)) {
  find(`#${id}`).addEventListener("click", (event) => {
    const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
    change(fields(on), what, { takenBack: !on });
  });
}

find("#pause-reason").addEventListener("change", followReason);
find("#pause").addEventListener("submit", (event) => {
  event.preventDefault();
  const [date, time] = [find("#pause-date").value, find("#pause-time").value];
  change({
    paused: true,
    pause_reason: find("#pause-reason").value,
    pause_reason_zh: find("#pause-zh").value,
    pause_reason_en: find("#pause-en").value,
    pause_until: time ? `${date || main.dataset.day}T${time}` : date || null,
  }, say("pause_title"));
});
find("#pause-end").addEventListener("click", async () => {
  await change({ paused: false }, say("pause_title"), { takenBack: true });
  find("#pause-reason").focus();
});

find("#tickets").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = find("#tickets-count").value.normalize("NFKC").trim();
  const count = typed === "" ? null : Number(typed);
  change({ tickets: { time: find("#tickets-time").value, count: Number.isInteger(count) || count === null ? count : 0 } }, say("tickets_title"));
});
find("#note-form").addEventListener("submit", (event) => {
  event.preventDefault();
  changeText("note", find("#note").value, say("note_title"));
});
find("#windows").addEventListener("submit", (event) => {
  event.preventDefault();
  changeText("sale_windows", typedWindows(), say("windows_title"));
});

// One letter, one act, while nobody types.
const KEYS = { t: "tickets-gone", s: "sold-out", h: "phone-hidden" };
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest(FIELDS)) return;
  const id = KEYS[event.key.toLowerCase()];
  if (!id) return;
  event.preventDefault();
  find(`#${id}`).click();
});

async function look() {
  if (document.hidden) return;
  try {
    const { status, body } = await ask("GET", "/api/v1/outlet");
    if (status === 200) show(body);
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
  }
}

startWindows();
startProposals(act, tell);
await look();
await showProposals();
setInterval(look, POLL_MS);
main.dataset.ready = "yes";
