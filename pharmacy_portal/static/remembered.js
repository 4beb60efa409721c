// What this till remembers between pages, and forgets at login: no person is in it.
/** When somebody said that the goods have not arrived yet (milliseconds). */
export const LATER = "maskmap.arrival.later";
/** The day on which somebody typed the goods instead of taking the standard ones. */
export const TYPED = "maskmap.arrival.typed";
