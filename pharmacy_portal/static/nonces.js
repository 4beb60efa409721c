// One-use nonces for readings: the next one is fetched ahead, so that a card never waits for it.
import { ask, Unreachable } from "./api.js";

const GOOD_FOR_MS = 45_000;
const BUSY_MS = 5 * 60_000;
let ahead = null;
let lastUse = Date.now();

async function fetchNonce() {
  const { status, body } = await ask("POST", "/api/v1/readings/nonce", {});
  return status < 300 ? { text: body.nonce, at: Date.now() } : null;
}

/** Fetch the next nonce unless a good one is waiting. */
export function prepare() {
  if (ahead && Date.now() - ahead.at < GOOD_FOR_MS) return;
  const mine = (ahead = { at: Date.now(), nonce: fetchNonce().catch(forget) });
  mine.nonce.then((nonce) => nonce || ahead !== mine || (ahead = null));
}

function forget(fault) {
  if (!(fault instanceof Unreachable)) throw fault;
  return null;
}

/** Return a nonce nobody has used, and fetch the one after it. */
export async function takeNonce() {
  lastUse = Date.now();
  prepare();
  const mine = ahead;
  ahead = null;
  const nonce = await mine.nonce;
  prepare();
  return nonce?.text ?? (await fetchNonce())?.text;
}

// While buyers come the next one stays fresh; an idle counter asks for nothing, and may log out.
setInterval(() => {
  if (Date.now() - lastUse < BUSY_MS && document.visibilityState === "visible") prepare();
}, GOOD_FOR_MS);
