// List and map as one: a row that is pointed at rings on the map, a marker shows its row.
import L from "leaflet";
import { element, noMotion } from "./settings.js";

/** Tie the rows of the list to the markers: `find` returns the marker of a code, `open` shows it. */
export function tieRows(map, find, open) {
  const icon = L.divIcon({ html: element("span"), className: "row-ring", iconSize: [112, 44] });
  const options = { icon, keyboard: false, interactive: false, zIndexOffset: 2000 };
  const ring = L.marker([0, 0], options);
  document.addEventListener("maskmap:row", ({ detail }) => {
    const marker = find(detail.code);
    if (!marker) return ring.remove();
    if (detail.show) return open(marker);
    return ring.setLatLng(marker.getLatLng()).addTo(map);
  });
}

/** Mark the row of an outlet; scroll to it where the reader has chosen the marker. */
export function markRow(code, { scroll = false } = {}) {
  for (const row of document.querySelectorAll(".row.is-marked")) row.classList.remove("is-marked");
  if (!code) return;
  const row = document.querySelector(`.row[data-code="${CSS.escape(code)}"]`);
  row?.classList.add("is-marked");
  if (scroll) row?.scrollIntoView({ block: "nearest", behavior: noMotion() ? "auto" : "smooth" });
}
