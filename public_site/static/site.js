// Nothing here is needed to use the pages. It keeps the age of the data going, shares a page, and
// lets the reader choose light or dark.
"use strict";

const html = document.documentElement;
let loadedAt = Date.now();

function ago(seconds, language) {
  const chinese = language.startsWith("zh");
  const units = [[86400, "天前", "d ago"], [3600, "小時前", "h ago"], [60, "分鐘前", "min ago"]];
  for (const [length, zh, en] of units) {
    if (seconds >= length) return `${Math.floor(seconds / length)} ${chinese ? zh : en}`;
  }
  if (seconds < 2) return chinese ? "剛剛" : "just now";
  return `${seconds} ${chinese ? "秒前" : "s ago"}`;
}

// A page left open is no longer fresh: say so where it said "up to date".
function tick() {
  const passed = Math.floor((Date.now() - loadedAt) / 1000);
  let age = 0;
  for (const place of document.querySelectorAll("[data-age]")) {
    age = Number(place.dataset.age) + passed;
    place.textContent = ago(age, html.lang);
  }
  for (const good of document.querySelectorAll("[data-fresh-for]")) {
    good.hidden = age > Number(good.dataset.freshFor);
    if (good.nextElementSibling) good.nextElementSibling.hidden = !good.hidden;
  }
}

if (document.querySelector("[data-age]")) setInterval(tick, 1000);

async function share(button) {
  const said = button.textContent;
  let answer = button.dataset.copied;
  try {
    if (navigator.share) {
      await navigator.share({ title: document.title, url: location.href });
      return;
    }
    await navigator.clipboard.writeText(location.href);
  } catch (error) {
    if (error.name === "AbortError") return;
    answer = button.dataset.failed;
  }
  button.textContent = answer;
  document.getElementById("announce").textContent = answer;
  setTimeout(() => { button.textContent = said; }, 4000);
}

function showShares() {
  for (const button of document.querySelectorAll("[data-share]")) button.hidden = false;
}

showShares();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-share]");
  if (button) share(button);
});
document.addEventListener("maskmap:results", () => {
  loadedAt = Date.now();
  showShares();
});

// Light or dark: theme.js has set what was chosen before the page was painted.
const theme = document.getElementById("theme");

function choose(name) {
  html.dataset.theme = name;
  for (const button of theme.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === name));
  }
}

if (theme) {
  theme.hidden = false;
  choose(html.dataset.theme || "auto");
  theme.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    choose(button.dataset.theme);
    try { localStorage.setItem("theme", button.dataset.theme); } catch (error) { /* for this page only */ }
  });
}
