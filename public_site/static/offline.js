// Searches the snapshot that is saved on this device, and says how old it is.

const MOST_ROWS = 30;
const place = document.getElementById("offline");
const words = JSON.parse(place.dataset.words);
const language = document.documentElement.lang.startsWith("zh") ? "zh-TW" : "en";
const find = (id) => document.getElementById(id);
// By the address under which the page has it: so it is the same module, and is kept offline.
const app = import(place.dataset.app);
let data = null;
let here = null;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? values[name] : gap));

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Take over what the address asks for: this page stands where a search or an outlet would. */
function takeOver() {
  const query = new URLSearchParams(location.search);
  const outlet = /^\/outlets\/(\w{10})$/.exec(location.pathname);
  find("q").value ||= query.get("q") ?? (outlet ? outlet[1] : "");
  const point = [query.get("lat"), query.get("lon")].map(Number.parseFloat);
  if (point.every(Number.isFinite)) here = point;
}

/** Spell as the site's own search does: half width, 臺, 市, lower case, without spaces. */
function fold(text) {
  return text.normalize("NFKC").toLowerCase().replace(/台/g, "臺").replace(/巿/g, "市").replace(/郷/g, "鄉").replace(/\s+/g, "");
}

function metres(a, b) {
  const radians = Math.PI / 180;
  const half = Math.sin(((b[0] - a[0]) * radians) / 2) ** 2
    + Math.cos(a[0] * radians) * Math.cos(b[0] * radians) * Math.sin(((b[1] - a[1]) * radians) / 2) ** 2;
  return 2 * 6371009 * Math.asin(Math.min(1, Math.sqrt(half)));
}

function ago(seconds) {
  const [length, words_] = [[86400, words.days], [3600, words.hours], [60, words.minutes]]
    .find(([unit]) => seconds >= unit) ?? [1, words.now];
  return fill(words_, { n: Math.floor(seconds / length) });
}

function tellAge() {
  const taken = new Date(data.checked_at);
  const today = taken.toDateString() === new Date().toDateString();
  const time = taken.toLocaleString(language, {
    timeZone: "Asia/Taipei", hour: "2-digit", minute: "2-digit", hour12: false,
    ...(today ? {} : { month: "numeric", day: "numeric" }),
  });
  const seconds = Math.max(0, (Date.now() - taken) / 1000);
  find("offline-age").textContent = fill(words.age, { time, ago: ago(seconds) });
}

function outlets() {
  const wanted = find("q").value.trim().split(/\s+/).map(fold).filter(Boolean);
  const only = find("only").checked;
  const column = (name) => data.fields.indexOf(name);
  const [lat, lon, availability] = ["lat", "lon", "availability"].map(column);
  const first = column("phone") + 3;
  const have = (row) => data.availabilities[row[availability]] === "buyable" && row.slice(first, availability).some((n) => n > 0);
  let rows = data.outlets.filter((row, index) => {
    data.text ??= [];
    data.text[index] ??= fold(row.slice(0, 3).join("\n"));
    return wanted.every((word) => data.text[index].includes(word)) && (!only || have(row));
  });
  if (here) rows = rows.map((row) => [metres(here, [row[lat], row[lon]]), row]).sort((a, b) => a[0] - b[0]);
  else rows = rows.map((row) => [null, row]).sort((a, b) => have(b[1]) - have(a[1]));
  return rows;
}

function show() {
  const asked = Boolean(find("q").value.trim()) || here;
  const rows = asked ? outlets() : [];
  find("offline-found").textContent = asked ? fill(words.found, { n: rows.length, most: Math.min(rows.length, MOST_ROWS) }) : words.ask;
  find("offline-rows").replaceChildren(...rows.slice(0, MOST_ROWS).map(([distance, row]) => item(row, distance)));
}

function item(row, distance) {
  const outlet = Object.fromEntries(data.fields.map((name, index) => [name, row[index]]));
  const blocked = data.availabilities[outlet.availability];
  const numbers = Object.entries(data.products).map(([id, product]) => {
    const level = ["plenty", "some", "few"].find((name) => outlet[id] >= data.levels[name]) ?? "none";
    const line = [`${product.name[language]} `, element("b", {}, String(outlet[id])), ` ${product.unit[language]}`];
    return element("li", {}, ...line, blocked === "buyable" ? `　${words[level]}` : "");
  });
  const made = element("li", { class: "row" },
    element("h2", { class: "row-name" }, element("bdi", { lang: "zh-TW" }, outlet.name)),
    element("p", { class: "offline-old" }, find("offline-age").textContent));
  if (distance !== null) made.append(element("p", { class: "way" }, distance < 995 ? fill(words.metres, { n: Math.round(distance / 10) * 10 }) : fill(words.kilometres, { n: (distance / 1000).toFixed(1) })));
  if (blocked !== "buyable") made.append(element("p", { class: "blocked" }, element("strong", {}, words[blocked])));
  made.append(element("ul", { class: "offline-numbers" }, ...numbers), element("p", { class: "where", lang: "zh-TW" }, element("bdi", {}, outlet.address)));
  const digits = outlet.phone.split(/[#轉、,;/~～]|分機|ext/i)[0].replace(/[^0-9]/g, "");
  if (digits.length >= 5) made.append(element("p", { class: "actions" }, element("a", { class: "button quiet", href: `tel:${digits}` }, `${words.call} ${outlet.phone}`)));
  return made;
}

function locate() {
  const said = find("offline-said");
  said.textContent = words.locating;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => { here = [coords.latitude, coords.longitude]; said.textContent = words.near; show(); },
    () => { said.textContent = words.refused; },
    { enableHighAccuracy: false, timeout: 15000, maximumAge: 600000 },
  );
}

async function begin() {
  data = await (await app).saved();
  find("offline-search").hidden = !data;
  find("offline-empty").hidden = Boolean(data);
  find("offline-remove").hidden = !data;
  find("offline-save").hidden = !navigator.onLine;
  find("offline-line").textContent = navigator.onLine ? words.online : words.offline;
  find("offline-home").hidden = !navigator.onLine;
  if (!data) { find("offline-age").textContent = ""; return; }
  tellAge();
  show();
}

async function press(act, before, after) {
  const said = find("offline-said");
  said.textContent = before;
  try {
    await (await app)[act]();
    said.textContent = after;
  } catch (error) {
    console.debug(error);
    said.textContent = words.failed;
  }
  await begin();
}

find("offline-save").addEventListener("click", () => press("save", words.saving, words.saved));
find("offline-remove").addEventListener("click", () => press("remove", "", words.removed));
find("offline-near").addEventListener("click", locate);
find("offline-form").addEventListener("submit", (event) => { event.preventDefault(); show(); });
find("only").addEventListener("change", show);
for (const name of ["online", "offline"]) addEventListener(name, begin);
setInterval(() => { if (data) tellAge(); }, 15000);
takeOver();
begin();
