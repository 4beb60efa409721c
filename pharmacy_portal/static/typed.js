// How the buyer's number comes into the form: 01 by the card alone, 02 typed with a reason, which
// is counted, 03 and 04 typed from a document.
export const CARD = "01";
export const CARD_FAILED = "02";
const FROM_A_DOCUMENT = "document";
// What the state of agent, reader and card suggests as the reason of a typed number.
const SUGGESTED = {
  card_faulty: ["card_mute", "card_fault", "bad_data", "timeout", "card_busy", "not_nhi_card"],
  no_reader: ["no_service", "no_reader", "reader_gone"],
  no_agent: ["agent_ask", "agent_blocked", "agent_not_found", "agent_refused", "agent_too_old"],
};
SUGGESTED.no_agent.push("agent_lost", "not_paired", "agent_not_enrolled", "clock_wrong");

const find = (selector) => document.querySelector(selector);
const type = find("#identity_type");
const why = find("#manual_reason");
// A card that failed counts until the next buyer, even after it was given back.
const suggested = { card: "", state: "" };

/** Show the form as the chosen type wants it: read-only for a card, marked for a typed one. */
export function showManner() {
  const byCard = type.value === CARD;
  for (const field of [find("#id_number"), find("#birth_date")]) field.readOnly = byCard;
  find("#buyer").classList.toggle("typed", type.value === CARD_FAILED);
  find("#typed").hidden = type.value !== CARD_FAILED;
  find("#to-typed").hidden = !byCard;
  offer();
}

/** Remember which reason a code suggests, of the `card` or of the `state` of reader and agent. */
export function suggestReason(code, of) {
  const found = Object.entries(SUGGESTED).find(([, codes]) => codes.includes(code));
  suggested[of] = found?.[0] ?? "";
  if (!why.value) offer();
}

/** The reason is offered, not imposed: whoever types may choose another. */
function offer() {
  why.value = suggested.card || suggested.state;
}

/** Return the reason a number was typed: "" for a card; null where one must be chosen first. */
export function manualReason() {
  if (type.value === CARD) return "";
  return type.value === CARD_FAILED ? why.value || null : FROM_A_DOCUMENT;
}
