// Where the map looks: in the address after #, so that a link shows the same; else what is found.
import L from "leaflet";

const TAIWAN = [[21.85, 119.9], [25.35, 122.05]];
const PATTERN = /^#map=(\d{1,2})\/(-?\d{1,2}(?:\.\d{1,6})?)\/(-?\d{1,3}(?:\.\d{1,6})?)$/;
const NEAR_ZOOM = 15;
// One outlet is shown with the towns around it.
const ONE_ZOOM = 13;

/** Read the place from the address; null where there is none. */
export function placeInAddress(hash = location.hash) {
  const found = PATTERN.exec(hash);
  if (!found) return null;
  const [zoom, lat, lon] = found.slice(1).map(Number);
  return zoom <= 19 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, centre: [lat, lon] } : null;
}

/** Where the reader stands, or the place that was searched for. */
export function point() {
  const query = new URLSearchParams(location.search);
  const [lat, lon] = ["lat", "lon"].map((name) => Number.parseFloat(query.get(name)));
  if (Number.isFinite(lat) && Number.isFinite(lon)) return [lat, lon];
  const { lat: there, lon: across } = document.getElementById("results")?.dataset ?? {};
  return there && across ? [Number(there), Number(across)] : null;
}

/** Show what was found: near a point its surroundings, else all. */
export function showFound(map, outlets, { animate = false } = {}) {
  const here = point();
  if (here) return map.setView(here, NEAR_ZOOM, { animate });
  const box = new URLSearchParams(location.search).get("bbox");
  if (box) {
    const [west, south, east, north] = box.split(",").map(Number);
    return map.fitBounds([[south, west], [north, east]], { animate });
  }
  if (!outlets.length || outlets.length >= 6000) {
    return map.fitBounds(TAIWAN, { padding: [8, 8], animate });
  }
  const bounds = L.latLngBounds(outlets.map(({ lat, lon }) => [lat, lon]));
  const maxZoom = outlets.length === 1 ? ONE_ZOOM : NEAR_ZOOM + 1;
  return map.fitBounds(bounds, { maxZoom, padding: [24, 24], animate });
}

/** Keep the address in step with the map, without a step in the history. */
export function keepInAddress(map) {
  map.on("moveend", () => {
    if (!map.getContainer().offsetWidth) return; // On a phone the list is in its place.
    const { lat, lng } = map.getCenter();
    const hash = `#map=${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
    history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
  });
  addEventListener("hashchange", () => {
    const there = placeInAddress();
    if (there) map.setView(there.centre, there.zoom);
  });
}
