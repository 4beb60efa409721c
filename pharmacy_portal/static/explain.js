// What is the matter with agent, reader or card, and what to do next: one pair of sentences a code.
import { knows, say } from "./words.js";

/** Return {what, next} for a code; one that a newer agent made up is named as it is. */
export function explain(code) {
  if (knows(`says_${code}`)) return { what: say(`says_${code}`), next: say(`next_${code}`) };
  return { what: `${say("says_card_fault")} (${code})`, next: say("next_card_fault") };
}

/** Put the two sentences of a code into an element with .what and .next; "" empties it. */
export function show(element, code) {
  element.dataset.code = code;
  const { what, next } = code ? explain(code) : { what: "", next: "" };
  element.querySelector(".what").textContent = what;
  element.querySelector(".next-step").textContent = next;
}
