// Names of counties and towns: those with most outlets first, none over another.
import L from "leaflet";
import { element } from "./settings.js";

const TOWNS_FROM_ZOOM = 10;
const COUNTIES_UP_TO_ZOOM = 11;
const CHARACTER_PX = { county: 16, town: 13 };

// Where a name goes if a marker lies in its place: pixels above or below.
const SHIFTS = [0, -28, 28, -48, 48];
// Markers come in after the map has moved; names make room for them then.
const SETTLED_MS = 400;

/** Make the layer of names. */
export function labels(map, { towns, counties }, settings) {
  const names = settings.language === "en" ? 1 : 0;
  const rank = ({ row, kind }) => row[4] + (kind === "county" ? 1e6 : 0);
  const all = [
    ...counties.map((row) => ({ row, kind: "county" })),
    ...towns.map((row) => ({ row, kind: "town" })),
  ].sort((a, b) => rank(b) - rank(a));
  map.createPane("names").style.zIndex = 160;
  map.getPane("names").style.pointerEvents = "none";
  const layer = L.layerGroup();
  const draw = () => {
    layer.clearLayers();
    for (const [label, shift] of placed(map, all, names)) layer.addLayer(name(label, shift, names));
  };
  let soon = 0;
  const later = (event) => {
    if (event.layer && !event.layer.outlet && !event.layer.getAllChildMarkers) return;
    clearTimeout(soon);
    soon = setTimeout(draw, SETTLED_MS);
  };
  layer.on("add", () => { map.on("moveend layeradd", later); draw(); });
  layer.on("remove", () => map.off("moveend layeradd", later));
  return layer;
}

/** Return what is in sight at this zoom with room for it: neither name nor marker is covered. */
function placed(map, all, names) {
  const zoom = map.getZoom();
  const bounds = map.getBounds().pad(0.1);
  const taken = markersInSight(map, bounds);
  const found = [];
  for (const label of all) {
    const { row, kind } = label;
    if (kind === "town" ? zoom < TOWNS_FROM_ZOOM : zoom > COUNTIES_UP_TO_ZOOM) continue;
    if (!bounds.contains([row[2], row[3]])) continue;
    const point = map.latLngToLayerPoint([row[2], row[3]]);
    for (const shift of SHIFTS) {
      const box = boxOf(point.add([0, shift]), row[names], kind, names);
      if (taken.some((other) => other.intersects(box))) continue;
      taken.push(box);
      found.push([label, shift]);
      break;
    }
  }
  return found;
}

function markersInSight(map, bounds) {
  const boxes = [];
  map.eachLayer((layer) => {
    if (!layer.outlet && !layer.getAllChildMarkers) return;
    if (!bounds.contains(layer.getLatLng())) return;
    const point = map.latLngToLayerPoint(layer.getLatLng());
    boxes.push(L.bounds(point.subtract([38, 15]), point.add([38, 15])));
  });
  return boxes;
}

function boxOf(point, text, kind, names) {
  const width = text.length * CHARACTER_PX[kind] * (names ? 0.55 : 1) + 8;
  return L.bounds(point.subtract([width / 2, 10]), point.add([width / 2, 10]));
}

function name({ row, kind }, shift, names) {
  const html = element("span", { "aria-hidden": "true" }, row[names]);
  const icon = L.divIcon({ html, className: `map-name is-${kind}`, iconSize: [0, 0], iconAnchor: [0, -shift] });
  return L.marker([row[2], row[3]], { icon, pane: "names", interactive: false, keyboard: false });
}
