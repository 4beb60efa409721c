// The map of the outlets. The page works without it; static/map-start.js decides when it loads.
import L from "leaflet";
import "leaflet.markercluster";
import { addBasemaps } from "./basemap.js";
import { openCard } from "./card.js";
import { addControls, showReader } from "./controls.js";
import { clusterIcon, describe, describeCluster, markerOf } from "./markers.js";
import { fetchNames } from "./names.js";
import { fetchOutlets } from "./outlets.js";
import { keepInAddress, placeInAddress, showFound } from "./place.js";
import { markRow, tieRows } from "./rows.js";
import { element, fill, noMotion, settingsOf } from "./settings.js";

const LARGEST_ZOOM = 19;
const CLUSTER_PX = 64;

/** Make the map in its place in the page. */
export async function start(place) {
  const settings = settingsOf(place);
  const map = mapIn(place, settings);
  const status = element("p", { class: "unseen", role: "status" });
  place.append(status);
  const say = (words) => { status.textContent = words; };
  addControls(map, settings, say);
  if (!settings.outlet) keepInAddress(map);
  const there = settings.outlet ? null : placeInAddress();
  if (there) map.setView(there.centre, there.zoom);
  else showFound(map, settings.outlet ? [settings.outlet] : []);
  const shown = new Shown(map, settings, say);
  await Promise.all([addBasemaps(map, settings), shown.load({ move: !there })]);
  shown.open(shown.markers.get(place.dataset.show));
  let search = asked();
  document.addEventListener("maskmap:results", () => {
    // The same search again, or its next page: the map stays. So it does for its own search.
    const move = asked() !== search && !asked().includes("bbox=");
    search = asked();
    shown.load({ move });
  });
}

/** Return what the address asks for, without the page of the list. */
function asked() {
  const query = new URLSearchParams(location.search);
  query.delete("page");
  return query.toString();
}

function mapIn(place, settings) {
  const { words } = settings;
  const motion = !noMotion();
  const holder = element("div", { class: "map-canvas", role: "region", "aria-label": words.label });
  const after = element("span", { tabindex: "-1", class: "map-end" });
  const skip = element("button", { type: "button", class: "map-skip" }, words.skip);
  skip.addEventListener("click", () => after.focus());
  place.replaceChildren(skip, holder, after);
  const map = L.map(holder, {
    maxZoom: LARGEST_ZOOM, minZoom: 6, zoomControl: false, zoomAnimation: motion, fadeAnimation: motion,
    markerZoomAnimation: motion, inertia: motion, worldCopyJump: false,
    // In the middle of a page one finger scrolls the page and two move the map.
    dragging: !(settings.outlet && matchMedia("(pointer: coarse)").matches),
  });
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.attributionControl.setPrefix(false);
  new ResizeObserver(() => map.invalidateSize({ animate: false, debounceMoveend: true })).observe(holder);
  return map;
}

/** The outlets on the map. */
class Shown {
  constructor(map, settings, say) {
    Object.assign(this, { map, settings, say, markers: new Map(), asked: null, opened: "" });
    this.cluster = L.markerClusterGroup({
      iconCreateFunction: (cluster) => clusterIcon(cluster, settings),
      maxClusterRadius: (zoom) => (zoom >= 17 ? 1 : CLUSTER_PX),
      chunkedLoading: true, chunkInterval: 50, showCoverageOnHover: false,
      chunkProgress: (done, all) => { if (done === all) this.isReady?.(); },
      animate: !noMotion(), spiderfyDistanceMultiplier: 1.8,
      spiderLegPolylineOptions: { className: "spider-leg", weight: 1.5, opacity: 1 },
    }).addTo(map);
    this.listen();
    tieRows(map, (code) => this.markers.get(code), (marker) => this.open(marker));
  }

  listen() {
    const { cluster, map } = this;
    cluster.on("click keypress", (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      const marker = event.layer ?? event.sourceTarget;
      marker.openedByKey = event.type === "keypress" || event.originalEvent?.detail === 0;
      this.card(marker, { scroll: true });
    });
    cluster.on("mouseover", ({ layer, sourceTarget }) => this.point(layer ?? sourceTarget));
    cluster.on("mouseout", () => markRow(this.opened));
    map.on("moveend layeradd", () => this.inSight());
    map.on("popupclose", () => { this.opened = ""; markRow(""); });
  }

  /** Go to a marker, out of its cluster, and open its card. */
  async open(marker) {
    if (!marker) return;
    await this.ready;
    this.cluster.zoomToShowLayer(marker, () => this.card(marker));
  }

  /** Open the card of a marker; its row stays marked until the card is closed. */
  card(marker, { scroll = false } = {}) {
    marker.unbindTooltip();
    openCard(this.map, marker, this.settings);
    this.opened = marker.outlet.code;
    markRow(this.opened, { scroll });
  }

  point(marker) {
    markRow(marker.outlet.code);
    if (matchMedia("(hover: none)").matches || marker.outlet.code === this.opened) return;
    const words = marker.getElement()?.getAttribute("aria-label");
    if (words && !marker.getTooltip()) {
      marker.bindTooltip(element("span", {}, words), { direction: "top", offset: [0, -14] }).openTooltip();
    }
  }

  /** Give words to what has come into sight, and fetch the names for them. */
  inSight() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => {
      const codes = [];
      this.map.eachLayer((layer) => {
        if (layer.getAllChildMarkers) describeCluster(layer, this.settings);
        else if (layer.outlet && this.map.getBounds().contains(layer.getLatLng())) codes.push(layer.outlet.code);
      });
      fetchNames(codes, (named) => {
        for (const code of named) {
          const marker = this.markers.get(code);
          if (!marker) continue;
          describe(marker, this.settings);
          marker.unbindTooltip();
        }
      });
    }, 150);
  }

  /** Show what the address asks for; a newer question ends the one before. */
  async load({ move }) {
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const outlets = await fetchOutlets(location.search, this.settings, signal);
      if (!signal.aborted) this.show(outlets, move);
    } catch (error) {
      if (error.name !== "AbortError") this.say(this.settings.words.failed);
    }
  }

  show(outlets, move) {
    const { words, outlet } = this.settings;
    this.map.closePopup();
    this.markers = new Map(outlets.map((one) => [one.code, markerOf(one, this.settings)]));
    this.ready = new Promise((done) => { this.isReady = done; });
    if (!outlets.length) this.isReady();
    this.cluster.clearLayers();
    this.cluster.addLayers([...this.markers.values()]);
    if (move) showFound(this.map, outlet ? [outlet] : outlets, { animate: false });
    showReader(this.map, this.settings);
    this.say(fill(words.shown, {
      total: outlets.length.toLocaleString("en"),
      n: outlets.filter((one) => one.have).length.toLocaleString("en"),
    }));
    this.map.getContainer().dataset.shown = String(outlets.length);
    this.inSight();
  }
}
