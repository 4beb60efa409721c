// What every page of the counter has: stock and connection always in sight, menu keys, logging out.
import { ask, onConnection, Unreachable } from "./api.js";
import { say } from "./words.js";

const POLL_MS = 10_000;
const FIELDS = "input, select, textarea, button, a, summary";

export const main = document.querySelector("#main");
export const products = JSON.parse(main.dataset.products);
export let stock = readStock();
const stockWatchers = [];

function readStock() {
  const cells = document.querySelectorAll(".bar [data-stock]");
  return Object.fromEntries(Array.from(cells, (cell) => [cell.dataset.stock, Number(cell.textContent)]));
}

/** Be told whenever the stock may have changed. */
export function onStock(watcher) {
  stockWatchers.push(watcher);
  watcher(stock);
}

/** Show a stock the server named. */
export function setStock(fresh) {
  stock = { ...stock, ...fresh };
  for (const cell of document.querySelectorAll("[data-stock]")) {
    const text = String(stock[cell.dataset.stock] ?? "");
    if (cell.textContent !== text) cell.textContent = text;
  }
  for (const watcher of stockWatchers) watcher(stock);
}

/** Say something that is no part of a form. */
export function announce(text) {
  document.querySelector("#message").textContent = text;
}

onConnection((state) => {
  const line = document.querySelector("#connection");
  if (line.dataset.state === state) return;
  line.dataset.state = state;
  line.querySelector(".text").textContent = say(state === "up" ? "connected" : "disconnected");
});

async function poll() {
  try {
    const { status, body } = await ask("GET", "/api/v1/stock");
    if (status === 200) {
      setStock(body.stock);
      if (body.as_of.slice(0, 10) !== main.dataset.day) newDay();
    }
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
  }
}

// At midnight other rules may be in force: the page is made anew, but never under a buyer's hands.
function newDay() {
  if ([undefined, "empty"].includes(main.dataset.state)) location.reload();
}

if (Object.keys(stock).length) setInterval(poll, POLL_MS);
window.addEventListener("online", poll);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.querySelector("#logout").addEventListener("click", async () => {
  for (const form of document.forms) form.reset();
  try {
    await ask("POST", "/api/v1/logout", {});
  } finally {
    const lang = new URLSearchParams(location.search).get("lang");
    location.replace(lang ? `/login?lang=${lang}` : "/login");
  }
});

// The digit alone opens a service while no field is in use; with Alt always, but never mid-sale.
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (main.dataset.state === "selling") return;
  const inField = event.target instanceof Element && event.target.closest(FIELDS);
  if (!event.altKey && inField) return;
  const item = document.querySelector(`.menu [data-key="${CSS.escape(event.key)}"]`);
  if (!item) return;
  event.preventDefault();
  item.click();
});
// Says that keys are listened to from now on, to whoever presses them for a test.
document.documentElement.dataset.keys = "on";
