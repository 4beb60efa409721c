// Buyers' cards at the counter, whether they come through the card agent or the demo's tray.
// Each insertion is told once; who reads decides by his own serial which answer still counts.
import { agent, AgentFault, buyerReaders, connect, isClockWrong, onAgent, readCard, start, trouble } from "./agent.js";
import { serverNow } from "./api.js";
import { prepare, takeNonce } from "./nonces.js";
import { hasTray, isTray, onTray, readTray, trayReader } from "./tray.js";

const inUse = () => document.visibilityState === "visible";

/** Be told of buyers' cards: inserted(reader, mute), removed(reader), and changed(code) of the state. */
export function onCards({ inserted, removed, changed }) {
  const card = (event) => {
    if (event.role === "staff") return;
    if (!event.in) return removed(event.reader);
    if (inUse()) inserted(event.reader, event.mute);
  };
  onTray(card);
  onAgent((event) => {
    if (event.kind === "card") card(event);
    changed(stateCode());
  });
  prepare();
  changed(stateCode());
  start();
}

/** Return the code of what the counter should know of its readers now. */
export function stateCode() {
  if (trayReader()) return "card_in";
  // In the demo the tray stands in for a reader: an agent that is not there is no trouble.
  if (hasTray && !agent.wasUp) return "";
  const code = trouble();
  if (code) return code;
  if (isClockWrong(serverNow())) return "clock_wrong";
  return cardsIn().length ? "card_in" : "ready";
}

/** Return the buyers' readers that have a card in. */
export const cardsIn = () => buyerReaders().filter(({ card }) => card !== "none");

/** Read one card. With one card in, that reader is asked; with several the agent looks for the NHI
 *  card itself, unless somebody chose. Throws AgentFault. */
export async function read(reader, { chosen = false } = {}) {
  const nonce = await takeNonce();
  if (isTray(reader)) {
    const answer = await readTray({ nonce });
    if (!answer) throw new AgentFault("no_card");
    return answer;
  }
  const named = chosen || cardsIn().length < 2;
  return readCard(named ? { nonce, reader } : { nonce });
}

/** Return the reader that 資格審核 reads when nothing is typed; null where no card is in. */
export const readerWithCard = () => trayReader() ?? cardsIn()[0]?.name ?? null;

export { connect };
