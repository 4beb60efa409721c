// The demo's card tray: a click is a card put in. It tells the same events as an agent does.
import { ask } from "./api.js";

const buttons = [...document.querySelectorAll(".tray [data-card]")];
const eject = document.querySelector("#eject");
const READER = "maskmap demo tray";
let inside = null;

/** Tell whether there is a tray on this page. */
export const hasTray = buttons.length > 0;

/** Be told {kind: "card", reader, role, in} as cards go in and out. */
export function onTray(watcher) {
  for (const button of buttons) button.addEventListener("click", () => put(button, watcher));
  eject?.addEventListener("click", () => takeOut(watcher));
}

function put(button, watcher) {
  if (inside) takeOut(watcher);
  inside = button.dataset.card;
  button.setAttribute("aria-pressed", "true");
  eject.disabled = false;
  watcher({ kind: "card", reader: READER, role: "buyer", in: true, mute: false });
}

function takeOut(watcher) {
  if (!inside) return;
  letGo();
  watcher({ kind: "card", reader: READER, role: "buyer", in: false, mute: false });
}

/** The sale is done, or the form cleared: the card has gone back to its owner. */
export function letGo() {
  inside = null;
  for (const button of buttons) button.setAttribute("aria-pressed", "false");
  if (eject) eject.disabled = true;
}

/** Stop or let work the cards while the outcome of a sale is open. */
export function lockTray(on) {
  for (const button of buttons) button.disabled = on;
  if (eject) eject.disabled = on || !inside;
}

/** Read the card as the agent would. */
export async function readTray({ nonce }) {
  const { status, body } = await ask("POST", "/api/v1/demo/read", { card: inside, nonce });
  return status === 200 ? body : null;
}

export const isTray = (reader) => reader === READER;
/** Return the reader's name while a card is in the tray. */
export const trayReader = () => (inside ? READER : null);
