// Names of the markers in sight, fetched together: a map of the country needs none of them.

const MOST_AT_ONCE = 100;
const known = new Map();

/** Return an outlet's name if it has been fetched. */
export const nameOf = (code) => known.get(code);

/** Fetch the names of these outlets that are not known yet; then tell. */
export async function fetchNames(codes, tell) {
  const missing = codes.filter((code) => !known.has(code)).slice(0, MOST_AT_ONCE);
  if (!missing.length) return;
  try {
    const answer = await fetch(`/api/v1/outlets?limit=${MOST_AT_ONCE}&codes=${missing.join(",")}`);
    if (!answer.ok) return;
    for (const outlet of (await answer.json()).outlets) known.set(outlet.code, outlet.name);
    tell(missing);
  } catch {
    // Without a connection the markers keep their numbers and have no names.
  }
}
