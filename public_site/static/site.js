// Nothing here is needed to use the pages. It keeps the age of the data going, and finds what is
// near: the position is asked for on tap only, and rounded before it leaves the device.
"use strict";

const POSITION_DECIMALS = 3; // about 100 m
const loadedAt = Date.now();

function ago(seconds, language) {
  const chinese = language.startsWith("zh");
  const units = [[86400, "天前", "d ago"], [3600, "小時前", "h ago"], [60, "分鐘前", "min ago"]];
  for (const [length, zh, en] of units) {
    if (seconds >= length) return `${Math.floor(seconds / length)} ${chinese ? zh : en}`;
  }
  if (seconds < 2) return chinese ? "剛剛" : "just now";
  return `${seconds} ${chinese ? "秒前" : "s ago"}`;
}

const ages = [...document.querySelectorAll("[data-age]")];
if (ages.length) {
  setInterval(() => {
    const passed = Math.floor((Date.now() - loadedAt) / 1000);
    for (const place of ages) {
      place.textContent = ago(Number(place.dataset.age) + passed, document.documentElement.lang);
    }
  }, 1000);
}

const near = document.getElementById("near");
const why = document.getElementById("near-words");
if (near && "geolocation" in navigator) {
  near.hidden = false;
  near.addEventListener("click", () => {
    why.textContent = near.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const address = new URL(location.href);
        for (const name of ["page", "county", "town", "q"]) address.searchParams.delete(name);
        address.searchParams.set("lat", coords.latitude.toFixed(POSITION_DECIMALS));
        address.searchParams.set("lon", coords.longitude.toFixed(POSITION_DECIMALS));
        location.assign(address);
      },
      () => { why.textContent = near.dataset.refused; },
      { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 },
    );
  });
}
