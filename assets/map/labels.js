// Names of counties and towns: those with most outlets first, none over another.
import L from "leaflet";
import { element } from "./settings.js";

const TOWNS_FROM_ZOOM = 10;
const COUNTIES_UP_TO_ZOOM = 11;
const CHARACTER_PX = { county: 16, town: 13 };

/** Make the layer of names. */
export function labels(map, { towns, counties }, settings) {
  const names = settings.language === "en" ? 1 : 0;
  const all = [
    ...counties.map((row) => ({ row, kind: "county" })),
    ...towns.map((row) => ({ row, kind: "town" })),
  ].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : b.row[4] - a.row[4]));
  map.createPane("names").style.zIndex = 160;
  map.getPane("names").style.pointerEvents = "none";
  const layer = L.layerGroup();
  const draw = () => {
    layer.clearLayers();
    for (const { row, kind } of chosen(map, all, names)) layer.addLayer(name(row, kind, names));
  };
  layer.on("add", () => { map.on("moveend", draw); draw(); });
  layer.on("remove", () => map.off("moveend", draw));
  return layer;
}

/** Return what is in sight at this zoom and covers no name before it. */
function chosen(map, all, names) {
  const zoom = map.getZoom();
  const bounds = map.getBounds().pad(0.1);
  const taken = [];
  return all.filter(({ row, kind }) => {
    if (kind === "town" ? zoom < TOWNS_FROM_ZOOM : zoom > COUNTIES_UP_TO_ZOOM) return false;
    if (!bounds.contains([row[2], row[3]])) return false;
    const box = boxOf(map.latLngToLayerPoint([row[2], row[3]]), row[names], kind, names);
    if (taken.some((other) => other.intersects(box))) return false;
    taken.push(box);
    return true;
  });
}

function boxOf(point, text, kind, names) {
  const width = text.length * CHARACTER_PX[kind] * (names ? 0.55 : 1) + 8;
  return L.bounds(point.subtract([width / 2, 10]), point.add([width / 2, 10]));
}

function name(row, kind, names) {
  const html = element("span", { "aria-hidden": "true" }, row[names]);
  const icon = L.divIcon({ html, className: `map-name is-${kind}`, iconSize: [0, 0] });
  return L.marker([row[2], row[3]], { icon, pane: "names", interactive: false, keyboard: false });
}
