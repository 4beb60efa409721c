// The authority's pages: each form names its call; its fields become one JSON body.
import { ask, Unreachable } from "./api.js";
import { announce } from "./counter.js";
import { say } from "./words.js";

const SAVED = "maskmap-steward-saved";

for (const form of document.querySelectorAll("form[data-to]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}
if (sessionStorage.getItem(SAVED)) {
  sessionStorage.removeItem(SAVED);
  announce(say("st_done"));
}

async function send(form, button) {
  const error = form.querySelector(".error");
  error.textContent = "";
  if (button) button.disabled = true;
  try {
    const { status, body } = await ask(form.dataset.method, form.dataset.to, bodyOf(form, button));
    if (status < 300) return done(form, body);
    error.textContent = [body.title, body.code === "CONFLICT" ? say("st_conflict") : body.tell_buyer, body.detail]
      .filter(Boolean)
      .join(" ");
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
    error.textContent = say("st_lost");
  } finally {
    if (button) button.disabled = false;
  }
}

// `data-field` inputs go into `fields`, `data-seen` ones, which tell what the page showed, into
// `seen`; in a `data-changed` form only what was changed is sent.
function bodyOf(form, button) {
  const body = {};
  const fields = {};
  const seen = {};
  for (const input of form.elements) {
    if (!input.name || input.type === "submit") continue;
    if ("changed" in form.dataset && !("always" in input.dataset) && !touched(input, form)) continue;
    if ("seen" in input.dataset) seen[input.name] = input.value;
    else if ("field" in input.dataset) fields[input.name] = input.value;
    else body[input.name] = "number" in input.dataset ? Number(input.value) : input.value;
  }
  if (Object.keys(fields).length) body.fields = fields;
  if (Object.keys(seen).length) body.seen = seen;
  if (button?.name) body[button.name] = button.value;
  return body;
}

// A position is two numbers: one that was changed takes the other along.
function touched(input, form) {
  if (isChanged(input)) return true;
  const other = input.dataset.with && form.elements[input.dataset.with];
  return Boolean(other && isChanged(other));
}

function isChanged(input) {
  if (input instanceof HTMLSelectElement) {
    return [...input.options].some((option) => option.selected !== option.defaultSelected);
  }
  return input.value !== input.defaultValue;
}

function done(form, body) {
  if (form.dataset.shows) {
    form.querySelector(".done").textContent = say("st_code", { code: body[form.dataset.shows] });
    return;
  }
  sessionStorage.setItem(SAVED, "1");
  location.reload();
}

// The whole programme has one name: no need to type it twice where it is chosen, only to confirm.
const scope = document.querySelector("#scope");
scope?.addEventListener("change", () => {
  const target = document.querySelector("#target");
  const whole = scope.value === "programme";
  target.value = whole ? scope.dataset.programme : "";
  target.readOnly = whole;
});

for (const button of document.querySelectorAll("[data-preview]")) {
  button.addEventListener("click", () => preview(button.dataset.preview));
}

async function preview(language) {
  const text = document.querySelector(`textarea[name="${language}"]`).value;
  const section = document.querySelector("#preview");
  const { status, body } = await ask("POST", "/api/v1/steward/preview", { text });
  section.hidden = status !== 200;
  if (status !== 200) return;
  const shown = section.querySelector(".shown");
  shown.lang = language === "en" ? "en" : "zh-TW";
  shown.replaceChildren(...body.blocks.map(block));
  section.scrollIntoView({ block: "nearest" });
}

const TAGS = { heading: "h2", subheading: "h3", paragraph: "p", list: "ul", numbers: "ol" };

// Built of text nodes: whatever somebody wrote, it stays words.
function block({ kind, lines }) {
  const element = document.createElement(TAGS[kind]);
  lines.forEach((line, number) => {
    const item = ["list", "numbers"].includes(kind) ? document.createElement("li") : element;
    if (number && item === element) element.append(document.createElement("br"));
    item.append(...line.map(span));
    if (item !== element) element.append(item);
  });
  return element;
}

function span({ text, bold, to }) {
  if (!bold && !to) return document.createTextNode(text);
  const element = document.createElement(bold ? "strong" : "a");
  element.textContent = text;
  if (to) {
    element.href = to;
    element.rel = "noopener noreferrer";
    element.target = "_blank";
  }
  return element;
}
