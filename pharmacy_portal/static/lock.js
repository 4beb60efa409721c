// The lock: taking out the staff card covers the page at once, whatever the network does. The same
// person's card, or passkey, opens it again; or one logs out.
import { agent, AgentFault, onAgent, start } from "./agent.js";
import { token } from "./agent_door.js";
import { ask, Unreachable } from "./api.js";
import { signChallenge } from "./card_signature.js";
import { explain } from "./explain.js";
import { lockSetting } from "./lock_setting.js";
import { PasskeyFailed, supported, unlock as unlockByPasskey } from "./passkeys.js";
import { say } from "./words.js";

const AGAIN_MS = 3_000;
const BY_CARD = "certificate";

const dialog = document.querySelector("#lock");
const fault = dialog.querySelector("#lock-fault");
const byCard = dialog.querySelector("#unlock-card");
const byPasskey = dialog.querySelector("#unlock-passkey");
const root = document.documentElement;
let told = false;
let busy = false;

const locked = () => root.dataset.locked === "yes";

/** Tell whether taking out the staff card locks here. */
function locksOnRemoval() {
  const setting = lockSetting();
  return setting === "always" || (setting === "auto" && dialog.dataset.method === BY_CARD);
}

/** Cover the page first, then tell the server until it knows. */
function lock({ known = false } = {}) {
  told = told || known;
  if (locked()) return;
  root.dataset.locked = "yes";
  told = known;
  document.dispatchEvent(new CustomEvent("page-locked"));
  fault.textContent = "";
  draw();
  dialog.showModal();
  (byCard.disabled ? byPasskey : byCard).focus();
  keepTelling();
}

/** Lock the session at the server; afterwards see whether another page has opened it. */
async function keepTelling() {
  while (locked()) {
    try {
      if (!told) told = (await ask("POST", "/api/v1/session/lock", {})).status === 200;
      else if (!busy && !(await ask("GET", "/api/v1/me")).body.locked) return open();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function open() {
  root.dataset.locked = "";
  told = false;
  dialog.close();
  document.querySelector("[autofocus]")?.focus();
}

async function openWith(way, words) {
  if (busy) return;
  busy = true;
  fault.textContent = words;
  try {
    const { status, body } = await way();
    if (status === 200) open();
    else fault.textContent = `${body.title} ${body.tell_buyer ?? ""}`;
  } catch (error) {
    fault.textContent = complaint(error);
  } finally {
    busy = false;
  }
}

function complaint(error) {
  if (error instanceof AgentFault) return Object.values(explain(error.code)).join(" ");
  if (error instanceof PasskeyFailed) return say("passkey_failed");
  if (error instanceof Unreachable) return say("offline_login");
  throw error;
}

async function cardUnlock() {
  return ask("POST", "/api/v1/session/unlock", await signChallenge());
}

const unlockCard = () => openWith(cardUnlock, say("enter_pin"));
byCard.addEventListener("click", unlockCard);
byPasskey.addEventListener("click", () => openWith(unlockByPasskey, say("signing_in")));
dialog.querySelector("#lock-logout").addEventListener("click", () => document.querySelector("#logout").click());
// Nothing but the owner opens it: not Esc, not whatever else closes a dialog.
dialog.addEventListener("cancel", (event) => event.preventDefault());
dialog.addEventListener("close", () => {
  if (locked()) dialog.showModal();
});

function draw() {
  byCard.disabled = agent.state !== "up";
  byPasskey.disabled = !supported();
}

onAgent((event) => {
  draw();
  if (event.kind !== "card" || event.role !== "staff") return;
  if (!event.in && locksOnRemoval()) lock();
  if (event.in && locked()) unlockCard();
});
document.addEventListener("session-locked", () => lock({ known: true }));
if (dialog.dataset.locked) lock({ known: true });
// Pages that read no cards ask for the agent only where this computer has one.
if (token()) start();
