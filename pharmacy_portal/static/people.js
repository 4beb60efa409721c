// 機構管理者作業: every button and form names its own address; codes are shown once, in a dialog.
import { ask } from "./api.js";
import "./counter.js";
import { act, again, refuse, sure } from "./sure.js";
import { say } from "./words.js";

const codes = document.querySelector("#codes");
const fault = document.querySelector("#fault");

for (const form of document.querySelectorAll("[data-form]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await act(form.dataset.verb ?? "POST", form.dataset.form, bodyOf(form));
    if (answer) finish(answer);
  });
}

for (const button of document.querySelectorAll("[data-method]")) {
  button.addEventListener("click", () => press(button));
}

function bodyOf(form) {
  const data = new FormData(form);
  const body = {};
  if (data.has("name")) body.name = data.get("name");
  if (form.querySelector("[name=services]")) body.services = data.getAll("services");
  if (form.dataset.role) body.role = form.dataset.role;
  return body;
}

async function press(button) {
  const { method, path, name, body } = button.dataset;
  const what = { act: button.textContent, name };
  if (!(await sure(say("people_sure", what)))) return;
  const sent = body ? JSON.parse(body) : {};
  const { status, body: told } = await ask(method, path, sent);
  if (told.code === "LAST_ADMINISTRATOR") {
    if (!(await sure(say("people_last")))) return;
    const second = await act(method, `${path}?leaving_none=1`, sent);
    if (second) finish(second);
  } else if (status < 400) finish({ status, body: told });
  else refuse(told);
}

function finish({ body }) {
  const shown = body.invitations ?? (body.code ? [body] : []);
  if (!shown.length) return again();
  codes.querySelector(".codes").replaceChildren(...shown.map(line));
  codes.showModal();
  codes.querySelector("#print").focus();
}

function line({ name, code }) {
  const item = document.createElement("li");
  const value = document.createElement("b");
  value.textContent = code;
  item.append(`${name} `, value);
  return item;
}

codes.querySelector("#print").addEventListener("click", () => window.print());
codes.querySelector("#close").addEventListener("click", () => codes.close());
codes.addEventListener("close", again);

document.querySelector("#send-csv")?.addEventListener("click", async () => {
  const [file] = document.querySelector("#csv").files;
  if (!file) {
    fault.textContent = say("people_choose_file");
    return;
  }
  const answer = await act("POST", "/api/v1/people/users/list", { csv: await text(file) });
  if (answer) finish(answer);
});

// Spreadsheets on Windows still write Big5.
async function text(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("big5").decode(bytes);
  }
}
