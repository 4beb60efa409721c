// 我的帳號: changing to another institution, codes, passkeys and card programs.
import { AgentFault, start } from "./agent.js";
import { ask, Unreachable } from "./api.js";
import { signChallenge } from "./card_signature.js";
import { main } from "./counter.js";
import { explain } from "./explain.js";
import { act, again, sure } from "./sure.js";
import { say } from "./words.js";

for (const button of document.querySelectorAll("[data-institution]")) {
  button.addEventListener("click", async () => {
    const { institution, role } = button.dataset;
    if (await act("POST", "/api/v1/session/switch", { institution, role })) {
      location.assign(main.dataset.home);
    }
  });
}

for (const button of document.querySelectorAll("[data-give-up]")) {
  button.addEventListener("click", async () => {
    const { giveUp, name } = button.dataset;
    if (!(await sure(say("people_sure", { act: button.textContent, name })))) return;
    if (await act("DELETE", `/api/v1/account/access/${giveUp}`, {})) again();
  });
}

document.querySelector("#redeem").addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = document.querySelector("#code").value;
  if (await act("POST", "/api/v1/account/codes", { code })) again();
});

// The agent signs as for a login; the server binds the new card beside the one logged in with.
document.querySelector("#new-card").addEventListener("click", async () => {
  const fault = document.querySelector("#fault");
  fault.textContent = say("people_new_card");
  try {
    const signed = await signChallenge();
    if (await act("POST", "/api/v1/account/cards", signed)) again();
  } catch (error) {
    if (!(error instanceof AgentFault)) throw error;
    const { what, next } = explain(error.code);
    fault.textContent = `${what} ${next}`;
  }
});

async function list(place, path, rows) {
  const { status, body } = await ask("GET", path);
  const items = status === 200 ? rows(body).map(item) : [];
  const nobody = document.createElement("li");
  nobody.textContent = say("people_none");
  document.querySelector(place).replaceChildren(...(items.length ? items : [nobody]));
}

function item({ name, at, path }) {
  const line = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = say("people_remove");
  button.addEventListener("click", async () => {
    if (!(await sure(say("people_sure", { act: button.textContent, name })))) return;
    if (await act("DELETE", path, {})) again();
  });
  const words = document.createElement("span");
  words.textContent = `${name} ${say("people_added", { at })}`;
  line.append(words, " ", button);
  return line;
}

start();
try {
  await list("#passkeys", "/api/v1/passkeys", ({ passkeys }) =>
    passkeys.map((one) => row(one.name, one.created_at, `/api/v1/passkeys/${one.id}`)),
  );
  await list("#agents", "/api/v1/agents", ({ agents }) =>
    agents
      .filter((one) => !one.revoked_at)
      .map((one) => row(one.machine, one.enrolled_at, `/api/v1/agents/${one.agent_id}`)),
  );
} catch (error) {
  if (!(error instanceof Unreachable)) throw error;
}

function row(name, at, path) {
  return { name, at: at.slice(0, 16).replace("T", " "), path };
}
