// List and map as one: a row that is pointed at rings on the map, a marker shows its row.
import L from "leaflet";
import { element, noMotion } from "./settings.js";

/** Tie the rows of the list to the markers. `find` returns the marker of a code, if it is shown. */
export function tieRows(map, find) {
  const icon = L.divIcon({ html: element("span"), className: "row-ring", iconSize: [52, 52] });
  const ring = L.marker([0, 0], { icon, keyboard: false, interactive: false, zIndexOffset: 2000 });
  const show = (code) => {
    const marker = code && find(code);
    if (!marker) return ring.remove();
    ring.setLatLng(marker.getLatLng()).addTo(map);
  };
  const rowOf = (event) => event.target.closest?.("[data-code].row");
  for (const name of ["pointerover", "focusin"]) {
    document.addEventListener(name, (event) => { const row = rowOf(event); if (row) show(row.dataset.code); });
  }
  for (const name of ["pointerout", "focusout"]) {
    document.addEventListener(name, (event) => { if (rowOf(event)) show(""); });
  }
  document.addEventListener("maskmap:row", (event) => show(event.detail?.code));
}

/** Mark the row of an outlet; scroll to it where the reader has chosen the marker. */
export function markRow(code, { scroll = false } = {}) {
  for (const row of document.querySelectorAll(".row.is-marked")) row.classList.remove("is-marked");
  if (!code) return;
  const row = document.querySelector(`.row[data-code="${CSS.escape(code)}"]`);
  row?.classList.add("is-marked");
  if (scroll) row?.scrollIntoView({ block: "nearest", behavior: noMotion() ? "auto" : "smooth" });
}
