// What the map lies on: the boundaries of the towns, drawn here; other hosts' tiles only if offered.
import L from "leaflet";
import { merge, mesh } from "topojson-client";
import { labels } from "./labels.js";

const DETAIL_ZOOM = 12;
const county = (town) => town.id.slice(0, 5);

/** Lay the boundaries under the map, and offer the operator's other basemaps. */
export async function addBasemaps(map, settings) {
  const built = L.layerGroup([], { attribution: settings.words.credit }).addTo(map);
  built.getAttribution = () => settings.words.credit;
  map.attributionControl.addAttribution(settings.words.credit);
  const towns = await boundaries(map, built, settings);
  if (!settings.basemaps.length) return towns;
  const offered = { [settings.words.boundaries]: built };
  for (const basemap of settings.basemaps) offered[basemap.name] = tiles(basemap);
  const control = L.control.layers(offered, {}, { position: "topright" }).addTo(map);
  const toggle = control.getContainer().querySelector(".leaflet-control-layers-toggle");
  toggle.title = settings.words.basemap;
  toggle.setAttribute("aria-label", settings.words.basemap);
  return towns;
}

function tiles({ url, credit, creditUrl, largestZoom }) {
  const link = document.createElement("a");
  link.href = creditUrl;
  link.textContent = credit;
  return L.tileLayer(url, { attribution: link.outerHTML, maxNativeZoom: largestZoom, maxZoom: 19 });
}

async function boundaries(map, built, settings) {
  const pane = map.createPane("boundaries");
  pane.style.zIndex = 150;
  pane.style.pointerEvents = "none";
  const renderer = L.canvas({ pane: "boundaries", padding: 0.5 });
  const coarse = await (await fetch(settings.towns)).json();
  const drawn = L.layerGroup(lines(coarse.topology, renderer)).addTo(built);
  labels(map, coarse, settings).addTo(built);
  paint(drawn);
  follow(map, drawn);
  detailWhenNear(map, drawn, renderer, settings);
  return coarse;
}

/** The land, the lines between towns, and the lines between counties, as three drawings. */
function lines(topology, renderer) {
  const { towns } = topology.objects;
  const options = { renderer, interactive: false, smoothFactor: 0.7 };
  const drawing = (shape, kind) => Object.assign(L.geoJSON(shape, options), { kind });
  return [
    drawing(merge(topology, towns.geometries), "land"),
    drawing(mesh(topology, towns, (a, b) => a !== b && county(a) === county(b)), "town"),
    drawing(mesh(topology, towns, (a, b) => a === b || county(a) !== county(b)), "county"),
  ];
}

/** Take the colours from the page's style sheet. */
function paint(drawn) {
  const style = getComputedStyle(document.getElementById("map"));
  const colour = (name) => style.getPropertyValue(`--map-${name}`).trim();
  const styles = {
    land: { stroke: false, fill: true, fillColor: colour("land"), fillOpacity: 1 },
    town: { color: colour("town"), weight: 1, opacity: 1, fill: false },
    county: { color: colour("county"), weight: 1.6, opacity: 1, fill: false },
  };
  drawn.eachLayer((layer) => layer.setStyle(styles[layer.kind]));
}

/** Paint anew when the reader turns to light or dark. */
function follow(map, drawn) {
  const again = () => paint(drawn);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  const watch = new MutationObserver(again);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  map.on("unload", () => watch.disconnect());
}

function detailWhenNear(map, drawn, renderer, settings) {
  const load = async () => {
    if (map.getZoom() < DETAIL_ZOOM || navigator.connection?.saveData) return;
    map.off("zoomend", load);
    try {
      const { topology } = await (await fetch(settings.detail)).json();
      const finer = lines(topology, renderer);
      drawn.clearLayers();
      finer.forEach((layer) => drawn.addLayer(layer));
      paint(drawn);
    } catch {
      map.on("zoomend", load); // Coarser lines do; they are asked for again at the next zoom.
    }
  };
  map.on("zoomend", load);
  load();
}
