// The outlets that the page's search means: fetched as rows, judged as the list judges them.

// What the address of a page holds and the interface does not know.
const OF_THE_PAGE = ["lat", "lon", "page", "lang", "mode"];

/** Fetch the outlets that a search means. */
export async function fetchOutlets(search, settings, signal) {
  const query = new URLSearchParams(search);
  // The words name a place, such as a station: the list is by distance from there, of all outlets.
  if (document.getElementById("results")?.dataset.lat && !query.has("lat")) query.delete("q");
  for (const name of OF_THE_PAGE) query.delete(name);
  if (settings.outlet) query.set("codes", settings.outlet.code);
  const text = query.toString();
  const answer = await fetch(`/api/v1/map${text ? `?${text}` : ""}`, { signal });
  if (!answer.ok) throw new Error(`the map's data: ${answer.status}`);
  const body = await answer.json();
  const product = new URLSearchParams(search).get("product");
  return body.outlets.map((row) => outletOf(row, body, product));
}

function outletOf(row, body, product) {
  const record = Object.fromEntries(body.fields.map((name, place) => [name, row[place]]));
  const availability = body.availabilities[record.availability];
  const products = body.fields.slice(3, -1);
  const counts = Object.fromEntries(products.map((name) => [name, record[name]]));
  const pieces = product ? counts[product] : Math.max(...Object.values(counts));
  const level = levelOf(pieces, body.levels);
  const blocked = availability !== "buyable" ? availability : body.stale ? "unsure" : "";
  return {
    code: record.code, lat: record.lat, lon: record.lon, counts, levels: body.levels, blocked, level,
    shape: blocked ? (blocked === "unsure" ? "unsure" : "cannot") : level,
    have: !blocked && pieces > 0,
  };
}

/** Name the level of a stock by the programme's thresholds. */
export function levelOf(pieces, levels) {
  return ["plenty", "some", "few"].find((name) => pieces >= levels[name]) ?? "none";
}
