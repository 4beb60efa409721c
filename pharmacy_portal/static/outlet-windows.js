// The rows of 販售時段: days, hours, pieces; made and read by keyboard like any other fields.
import { say } from "./words.js";

const rows = document.querySelector("#window-rows");
let made = 0;

function field(label, input) {
  made += 1;
  input.id = `window-${made}`;
  const tag = document.createElement("label");
  tag.htmlFor = input.id;
  tag.textContent = label;
  const frame = document.createElement("div");
  frame.className = "field";
  frame.append(tag, input);
  return frame;
}

function input(type, value) {
  const made = document.createElement("input");
  made.type = type;
  made.value = value ?? "";
  return made;
}

function dayBoxes(days) {
  const frame = document.createElement("div");
  frame.className = "days";
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", say("window_days"));
  say("weekday_names").split(",").forEach((name, index) => {
    const box = input("checkbox", index + 1);
    box.checked = days.includes(index + 1);
    const label = document.createElement("label");
    label.append(box, name);
    frame.append(label);
  });
  return frame;
}

function addRow({ days = [1, 2, 3, 4, 5], start = "", end = "", pieces = null } = {}) {
  const row = document.createElement("fieldset");
  row.className = "window-row";
  const from = input("time", start);
  const to = input("time", end === "24:00" ? "23:59" : end);
  const count = input("text", pieces);
  [from.dataset.part, to.dataset.part, count.dataset.part] = ["start", "end", "pieces"];
  count.inputMode = "numeric";
  count.maxLength = 6;
  count.className = "pieces";
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet";
  remove.textContent = say("window_remove");
  remove.addEventListener("click", () => {
    row.remove();
    document.querySelector("#window-add").focus();
  });
  row.append(dayBoxes(days), field(say("window_start"), from), field(say("window_end"), to), field(say("window_pieces"), count), remove);
  rows.append(row);
  return row;
}

/** Show windows as rows. */
export function fillWindows(windows) {
  rows.replaceChildren();
  windows.forEach(addRow);
}

/** Return the rows as the portal takes them; one that says nothing is left out. */
export function typedWindows() {
  return Array.from(rows.children, (row) => {
    const part = (name) => row.querySelector(`[data-part="${name}"]`).value.normalize("NFKC").trim();
    const days = Array.from(row.querySelectorAll(":checked"), (box) => Number(box.value));
    const end = part("end") === "23:59" ? "24:00" : part("end");
    const pieces = part("pieces");
    return { days, start: part("start"), end, pieces: pieces === "" ? null : /^\d+$/.test(pieces) ? Number(pieces) : 0 };
  }).filter((row) => row.start || row.end);
}

/** Let rows be added. */
export function startWindows() {
  document.querySelector("#window-add").addEventListener("click", () => {
    addRow().querySelector("[type=time]").focus();
  });
}
