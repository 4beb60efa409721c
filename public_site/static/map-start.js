// Loads the map once the list stands: on a wide screen when the browser is idle, on a phone when
// the map comes into sight. Who saves data decides with a button.

const place = document.getElementById("map");
const saves = Boolean(navigator.connection && navigator.connection.saveData);
let begun = false;

function words(text, press) {
  const said = document.createElement("p");
  said.className = "map-words";
  said.setAttribute("role", "status");
  said.textContent = text;
  if (press) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = press;
    button.addEventListener("click", load);
    said.append(button);
  }
  place.replaceChildren(said);
}

function style(address) {
  return new Promise((ready, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.addEventListener("load", ready);
    link.addEventListener("error", failed);
    document.head.append(link);
  });
}

async function load() {
  if (begun) return;
  begun = true;
  const said = JSON.parse(place.dataset.words);
  words(said.loading);
  try {
    const [map] = await Promise.all([import(place.dataset.script), style(place.dataset.style)]);
    await map.start(place);
  } catch (error) {
    console.warn(error);
    begun = false;
    words(said.failed, said.retry);
  }
}

function loadInSight() {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    whenIdle(load);
  });
  watch.observe(place);
}

function whenIdle(act) {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 2000 });
  else setTimeout(act, 200);
}

// A row whose outlet is to be shown on the map, asked for before there was one.
document.addEventListener("maskmap:row", ({ detail }) => {
  if (place && detail.show) place.dataset.show = detail.code;
});

// Beside the list the map ends where the window ends, however much stands above it.
const panel = document.getElementById("map-panel");
let drawing = 0;

function fit() {
  drawing = 0;
  const top = Math.max(33, Math.round(panel.getBoundingClientRect().top));
  panel.style.setProperty("--map-top", `${top}px`);
}

function fitSoon() {
  if (!drawing) drawing = requestAnimationFrame(fit);
}

if (panel && matchMedia("(min-width: 960px)").matches) {
  fit();
  addEventListener("scroll", fitSoon, { passive: true });
  addEventListener("resize", fitSoon);
}

if (place) {
  if (saves) words("", JSON.parse(place.dataset.words).load);
  else if (document.readyState === "complete") loadInSight();
  else addEventListener("load", loadInSight);
}
