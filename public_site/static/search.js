// The search page without loading it anew: links and form fetch the next page and put its parts in
// the place of the old ones. Without this script, or where a fetch fails, they are plain links.
// Events on the document: maskmap:results (parts were swapped), maskmap:go (anybody may ask for an
// address, detail.url), maskmap:row (a row is pointed at, detail.code; detail.show: on its tap).
"use strict";

(() => {
  const POSITION_DECIMALS = 3; // about 100 m
  const MAP = /^#map/; // #map-panel, and #map=… that the map keeps in step
  const WIDE = matchMedia("(min-width: 960px)");
  const announce = document.getElementById("announce");
  let shown = location.pathname + location.search;
  let latest = 0;

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  function swap(next) {
    const focused = document.activeElement && document.activeElement.id;
    const unfolded = document.querySelector("#search .more[open]") !== null;
    for (const part of document.querySelectorAll("[data-swap]")) {
      const other = next.getElementById(part.id);
      if (other) part.replaceWith(document.adoptNode(other));
    }
    document.title = next.title;
    if (unfolded) document.querySelector("#search .more").open = true;
    const again = focused && document.getElementById(focused);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
    return Boolean(again);
  }

  // focus: where to go when the place that had it is gone, or always ("results").
  async function go(url, { push = true, to = "", y = null } = {}) {
    const ticket = ++latest;
    const address = new URL(url, location.href);
    if (!address.hash && MAP.test(location.hash)) address.hash = location.hash;
    const results = document.getElementById("results");
    results.setAttribute("aria-busy", "true");
    let next;
    try {
      const answer = await fetch(address.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      next = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!next.getElementById("results")) throw new Error("no results");
    } catch (error) {
      if (ticket === latest) location.assign(address.href);
      return;
    }
    if (ticket !== latest) return;
    if (push) {
      history.replaceState({ y: scrollY }, "");
      history.pushState({}, "", address.href);
    }
    shown = location.pathname + location.search;
    const kept = swap(next);
    ready();
    tell("maskmap:results", { url: address.href });
    if (to === "results" || (!kept && to !== "nowhere")) {
      const region = document.getElementById("results");
      region.focus({ preventScroll: true });
      if (to === "results" && y === null) region.scrollIntoView();
    }
    if (y !== null) scrollTo(0, y);
    announce.textContent = document.getElementById("found").textContent;
  }

  // Only what stays on this page in this language: its own filters, pages and alternatives.
  function isOurs(link) {
    return link.origin === location.origin && link.pathname === location.pathname && !link.hash
      && !link.hasAttribute("download") && link.closest("#panel, #results, #map-panel, #freshness");
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (!link) return near(event);
    const row = link.classList.contains("on-map") && link.closest(".row");
    if (row && document.querySelector(".with-map")) {
      event.preventDefault();
      if (!WIDE.matches) location.hash = "map-panel";
      tell("maskmap:row", { code: row.dataset.code, show: true });
    } else if (isOurs(link)) {
      event.preventDefault();
      go(link.href, { to: link.closest(".pager, .overview, .alternatives") ? "results" : "" });
    }
  });

  function asked(form) {
    const address = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) address.searchParams.set(name, value);
    return address.href;
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "search") return;
    event.preventDefault();
    go(asked(event.target), { to: "results" });
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("#search");
    if (form && event.target.tagName === "SELECT") go(asked(form));
  });

  document.addEventListener("maskmap:go", (event) => go(event.detail.url));

  addEventListener("popstate", (event) => {
    look();
    if (shown === location.pathname + location.search) return;
    go(location.href, { push: false, to: "nowhere", y: (event.state && event.state.y) || 0 });
  });

  // Who comes back to this page after a while sees the numbers of now.
  document.addEventListener("visibilitychange", () => {
    const old = document.querySelector("[data-fresh-for][hidden]");
    if (!document.hidden && old) go(location.href, { push: false, to: "nowhere" });
  });

  // Near me: asked on tap only, rounded before it leaves the device; first those that have some.
  function near(event) {
    const button = event.target.closest("#near");
    if (!button) return;
    const why = document.getElementById("near-words");
    why.textContent = button.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const address = new URL(location.pathname + location.search, location.origin);
        for (const name of ["page", "county", "town", "q", "bbox"]) address.searchParams.delete(name);
        address.searchParams.set("in_stock", "1");
        address.searchParams.set("availability", "buyable");
        address.searchParams.set("lat", coords.latitude.toFixed(POSITION_DECIMALS));
        address.searchParams.set("lon", coords.longitude.toFixed(POSITION_DECIMALS));
        why.textContent = "";
        go(address.href, { to: "results" });
      },
      () => { why.textContent = button.dataset.refused; },
      { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 },
    );
  }

  // The row that is pointed at or focused, so that the map can mark it.
  let pointed = null;
  function point(event) {
    const row = event.target.closest && event.target.closest("#results .row");
    const code = row ? row.dataset.code : null;
    if (code !== pointed) tell("maskmap:row", { code });
    pointed = code;
  }
  document.addEventListener("mouseover", point);
  document.addEventListener("focusin", point);

  // On a phone either the list or the map; the address says which, so the back button leads back.
  function look() {
    const map = /^#map(-panel$|=)/.test(location.hash);
    document.documentElement.classList.toggle("map-view", map);
    for (const link of document.querySelectorAll(".switch a")) {
      if (link.hash === (map ? "#map-panel" : "#results")) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (map) dispatchEvent(new Event("resize"));
  }

  function ready() {
    const button = document.getElementById("near");
    if (button) button.hidden = !("geolocation" in navigator);
  }

  ready();
  look();
})();
