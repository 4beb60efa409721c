// Markers and clusters: shape and number in sight, all in words for who listens or points.
import L from "leaflet";
import { element, fill, shape } from "./settings.js";
import { levelOf } from "./outlets.js";
import { nameOf } from "./names.js";

/** Say everything of an outlet in one line. */
export function sentence(outlet, settings) {
  const { words } = settings;
  const numbers = settings.products.map(({ id, name, unit }) => fill(words.pieces, {
    product: name, n: outlet.counts[id], unit, word: words[levelOf(outlet.counts[id], outlet.levels)],
  }));
  const parts = [nameOf(outlet.code), outlet.blocked && words[outlet.blocked], ...numbers];
  return parts.filter(Boolean).join(settings.language === "en" ? "; " : "；");
}

/** Make the marker of an outlet. */
export function markerOf(outlet, settings) {
  const marker = L.marker([outlet.lat, outlet.lon], { icon: icon(outlet, settings), riseOnHover: true });
  marker.outlet = outlet;
  marker.on("add", () => describe(marker, settings));
  return marker;
}

/** Give a marker in sight its words: what a screen reader says and what a pointer shows. */
export function describe(marker, settings) {
  const place = marker.getElement();
  if (!place) return;
  place.setAttribute("aria-label", sentence(marker.outlet, settings));
  place.dataset.code = marker.outlet.code;
}

function icon(outlet, settings) {
  const chosen = new URLSearchParams(location.search).get("product");
  const shown = settings.products.filter(({ id }) => !chosen || id === chosen);
  const numbers = shown.map(({ id }) => outlet.counts[id]).join("·");
  const pill = element("span", { class: `pill is-${outlet.shape}` }, shape(settings, outlet.shape));
  if (outlet.shape !== "cannot") pill.append(element("span", { class: "pill-number" }, numbers));
  return L.divIcon({ html: pill, className: "outlet-marker", iconSize: [44, 44], iconAnchor: [22, 22] });
}

/** Make the icon of a cluster: how many have something now, not how many dots it hides. */
export function clusterIcon(cluster, settings) {
  const outlets = cluster.getAllChildMarkers().map((marker) => marker.outlet);
  const n = outlets.filter((outlet) => outlet.have).length;
  const words = fill(n ? settings.words.clusterHave : settings.words.clusterNone, { n: (n || outlets.length).toLocaleString("en") });
  const size = outlets.length >= 500 ? "large" : outlets.length >= 50 ? "middle" : "small";
  const label = element("span", { class: `cluster is-${size}${n ? "" : " is-zero"}` }, words);
  return L.divIcon({ html: label, className: "cluster-marker", iconSize: [72, 44], iconAnchor: [36, 22] });
}

/** Give a cluster in sight its words. */
export function describeCluster(cluster, settings) {
  const place = cluster.getElement();
  if (!place) return;
  const outlets = cluster.getAllChildMarkers().map((marker) => marker.outlet);
  const bounds = cluster.getBounds();
  const same = bounds.getNorthEast().equals(bounds.getSouthWest());
  const n = outlets.filter((outlet) => outlet.have).length;
  const words = same ? settings.words.spread : settings.words.clusterName;
  place.setAttribute("aria-label", fill(words, { n: n.toLocaleString("en"), total: outlets.length.toLocaleString("en") }));
  place.removeAttribute("title");
}
