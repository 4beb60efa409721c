// 電腦設定: pairing, what each reader is for, enrolment of this computer's agent, the lock.
import { agent, AgentFault, connect, enrolAgent, giveRole, onAgent, pair, start } from "./agent.js";
import { ask, Unreachable } from "./api.js";
import { show } from "./explain.js";
import { lockSetting, setLockSetting } from "./lock_setting.js";
import { say } from "./words.js";

const find = (selector) => document.querySelector(selector);
const ROLES = { "": () => say("role_none"), buyer: () => say("role_buyer"), staff: () => say("role_staff") };
const CARDS = {
  none: () => say("card_none"),
  present: () => say("card_present"),
  mute: () => say("card_no_answer"),
};

// The code was typed by keyboard: once the agent answers, the next thing to do has the focus.
let goOn = false;

onAgent(draw);
draw();
start();

function draw() {
  const up = agent.state === "up";
  const panel = find("#agent-state");
  show(panel, up ? "" : agent.state);
  panel.dataset.code = up ? "ready" : agent.state;
  if (up) panel.querySelector(".what").textContent = say("agent_connected", agent.status);
  find("#connect-agent").hidden = agent.state !== "agent_ask";
  find("#pairing").hidden = agent.state !== "not_paired";
  find("#paired-part").hidden = !up;
  if (up) drawReaders(agent.status.readers);
  if (up && goOn) {
    goOn = false;
    find("#readers select, #enrol, #paired-part a")?.focus();
  }
  find("#enrolled").textContent = up && agent.status.enrolled ? say("already_enrolled") : "";
}

function drawReaders(readers) {
  find("#no-readers").hidden = readers.length > 0;
  // A list that somebody is choosing in is not made anew under his hands.
  const same = readers.map(({ name, role, card }) => `${name}|${role}|${card}`).join("\n");
  if (find("#readers").dataset.same === same) return;
  find("#readers").dataset.same = same;
  const focused = find("#readers :focus")?.ariaLabel;
  find("#readers").replaceChildren(...readers.map(readerRow));
  // Whoever chooses by keyboard goes on where he was.
  if (focused) find(`#readers [aria-label="${CSS.escape(focused)}"]`)?.focus();
}

function readerRow({ name, role, card }) {
  const row = document.createElement("li");
  const select = document.createElement("select");
  select.setAttribute("aria-label", say("role_of", { reader: name }));
  for (const [value, words] of Object.entries(ROLES)) select.add(new Option(words(), value));
  select.value = role ?? "";
  select.addEventListener("change", () => act(() => giveRole(name, select.value || null)));
  const state = document.createElement("span");
  state.textContent = `${name} (${CARDS[card]()})`;
  row.append(select, " ", state);
  return row;
}

/** Do something and say how it went. */
async function act(what, done = say("saved")) {
  tell("");
  try {
    await what();
    tell("", done);
  } catch (fault) {
    if (!(fault instanceof AgentFault)) throw fault;
    tell(fault.code);
  }
}

function tell(code, done = "") {
  show(find("#trouble"), code);
  find("#done").textContent = done;
}

find("#connect-agent").addEventListener("click", connect);

find("#pairing").addEventListener("submit", async (event) => {
  event.preventDefault();
  const digits = find("#code").value.normalize("NFKC").replace(/\D/g, "");
  find("#code").value = "";
  await act(() => pair(digits), say("paired"));
  if (agent.state === "not_paired") find("#code").focus();
  else goOn = true;
  draw();
});

find("#enrol")?.addEventListener("click", async () => {
  const button = find("#enrol");
  button.disabled = true;
  try {
    await enrol();
  } catch (fault) {
    if (fault instanceof Unreachable) find("#done").textContent = say("check_down");
    else if (fault instanceof AgentFault) tell(fault.code);
    else throw fault;
  } finally {
    button.disabled = false;
  }
});

/** The staff card vouches for the agent's key; the server takes it if the card is the user's own. */
async function enrol() {
  tell("", say("enter_pin"));
  const { body: asked } = await ask("POST", "/api/v1/agents/challenge", {});
  const signed = await enrolAgent(asked.challenge);
  const { status, body } = await ask("POST", "/api/v1/agents", {
    ...signed,
    challenge: asked.challenge,
  });
  if (status === 201) return tell("", say("enrolled", { agent: body.agent_id }));
  tell("");
  const trouble = find("#trouble");
  trouble.dataset.code = body.code;
  trouble.querySelector(".what").textContent = body.title;
  trouble.querySelector(".next-step").textContent = body.tell_buyer ?? "";
}

const lock = find("#lock-setting");
lock.value = lockSetting();
lock.addEventListener("change", () => {
  setLockSetting(lock.value);
  tell("", say("saved"));
});
