// Buttons on the map: where am I, search this area; and the reader's point with its radius.
import L from "leaflet";
import { element, noMotion, shape } from "./settings.js";
import { point } from "./place.js";

const POSITION_DECIMALS = 3; // about 100 m; rounded here, before it goes anywhere
const RADIUS_M = 100;

/** Add the buttons. `say` tells people what happens. */
export function addControls(map, settings, say) {
  button(map, settings.words.locate, "pin", "topleft", settings, () => locate(map, settings, say));
  if (!settings.outlet) searchHere(map, settings);
}

function button(map, words, picture, position, settings, press) {
  const Control = L.Control.extend({
    onAdd() {
      const made = element("button", { type: "button", class: "map-button", "aria-label": words, title: words });
      made.append(shape(settings, picture));
      L.DomEvent.disableClickPropagation(made);
      made.addEventListener("click", press);
      return made;
    },
  });
  new Control({ position }).addTo(map);
}

function locate(map, settings, say) {
  if (!("geolocation" in navigator)) return say(settings.words.refused);
  say(settings.words.locating);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const rounded = [coords.latitude, coords.longitude].map((degrees) => Number(degrees.toFixed(POSITION_DECIMALS)));
      say(settings.words.here);
      if (settings.outlet) return showReader(map, settings, rounded);
      const address = new URL(location.href);
      for (const name of ["page", "county", "town", "q", "bbox"]) address.searchParams.delete(name);
      address.searchParams.set("lat", rounded[0]);
      address.searchParams.set("lon", rounded[1]);
      go(address);
    },
    () => say(settings.words.refused),
    { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 },
  );
}

/** Ask the page to search anew; static/search.js listens. */
function go(address) {
  document.dispatchEvent(new CustomEvent("maskmap:go", { detail: { url: String(address) } }));
}

/** Show where the reader stands: a point, and how far off it may be. */
export function showReader(map, settings, here = point()) {
  map.readerLayer?.remove();
  if (!here) return;
  const icon = L.divIcon({ html: element("span", { class: "reader-dot" }), className: "reader-marker", iconSize: [24, 24] });
  // A place that was searched for is exact; where the reader stands was rounded.
  const rounded = settings.outlet || new URLSearchParams(location.search).has("lat");
  map.readerLayer = L.layerGroup([
    ...(rounded ? [L.circle(here, { radius: RADIUS_M, className: "reader-circle", interactive: false })] : []),
    L.marker(here, { icon, keyboard: false, interactive: false, alt: settings.words.here, zIndexOffset: 1000 }),
  ]).addTo(map);
  if (settings.outlet) map.fitBounds(L.latLngBounds([here, [settings.outlet.lat, settings.outlet.lon]]), { padding: [32, 32], maxZoom: 16, animate: !noMotion() });
}

/** Offer a search of what is in sight once the reader has moved the map. */
function searchHere(map, settings) {
  const made = element("button", { type: "button", class: "map-search-here", hidden: "" }, settings.words.searchHere);
  map.getContainer().append(made);
  L.DomEvent.disableClickPropagation(made);
  const offer = () => { made.hidden = false; };
  map.on("dragend", offer);
  map.on("zoomstart", () => { if (map.byReader) offer(); });
  for (const name of ["wheel", "keydown", "pointerdown"]) {
    map.getContainer().addEventListener(name, () => byReader(map), { passive: true, capture: true });
  }
  document.addEventListener("maskmap:results", () => { made.hidden = true; });
  made.addEventListener("click", () => go(areaInSight(map)));
}

/** For a moment, what the map does is the reader's doing. */
function byReader(map) {
  map.byReader = true;
  clearTimeout(map.byReaderEnds);
  map.byReaderEnds = setTimeout(() => { map.byReader = false; }, 1000);
}

function areaInSight(map) {
  const bounds = map.getBounds();
  const address = new URL(location.href);
  for (const name of ["page", "lat", "lon", "county", "town", "q"]) address.searchParams.delete(name);
  const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  address.searchParams.set("bbox", box.map((degrees) => degrees.toFixed(4)).join(","));
  return address;
}
