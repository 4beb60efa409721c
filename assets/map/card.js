// What opens at a marker: the outlet's row as the server writes it for the list, escaped there.
import L from "leaflet";
import { element } from "./settings.js";

const WIDEST_PX = 320;
const BESIDE_CONTROLS_PX = 60;

/** Open the card of an outlet at its marker. */
export async function openCard(map, marker, settings) {
  const place = element("div", { class: "map-card-place" }, element("p", { role: "status" }, settings.words.loading));
  const room = map.getSize().x - BESIDE_CONTROLS_PX - 48;
  const popup = L.popup({
    maxWidth: Math.min(WIDEST_PX, room), minWidth: Math.min(264, room), offset: [0, -14],
    autoPanPaddingTopLeft: [BESIDE_CONTROLS_PX, 48], autoPanPaddingBottomRight: [8, 8],
  })
    .setLatLng(marker.getLatLng()).setContent(place).openOn(map);
  // Leaflet hears this key only while the map itself has the focus.
  popup.getElement()?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    map.closePopup(popup);
    marker.getElement()?.focus();
  });
  const close = popup.getElement()?.querySelector(".leaflet-popup-close-button");
  close?.setAttribute("aria-label", settings.words.close);
  try {
    place.replaceChildren(await card(marker.outlet.code, settings));
  } catch {
    place.replaceChildren(element("p", {}, settings.words.failed));
  }
  popup.update();
  if (popup.isOpen() && marker.openedByKey) place.querySelector("a")?.focus();
}

async function card(code, settings) {
  const answer = await fetch(settings.card.replace("CODE", encodeURIComponent(code)));
  if (!answer.ok) throw new Error(`the card: ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector(".map-card");
  if (!found) throw new Error("the card: nothing in it");
  return document.importNode(found, true);
}
