// 憑證登入: by card through the agent, by passkey, by passkey with the NHI card naming its user. In
// demo the server signs with the software card that is clicked.
import { agent, AgentFault, connect, onAgent, readCard, start } from "./agent.js";
import { ask, Unreachable } from "./api.js";
import { signChallenge } from "./card_signature.js";
import { explain, show } from "./explain.js";
import { login as loginByPasskey, PasskeyFailed, supported } from "./passkeys.js";
import { LATER, TYPED } from "./remembered.js";
import { say } from "./words.js";

const main = document.querySelector("#main");
const message = document.querySelector("#message");
const choices = document.querySelector("#institutions");
const invitation = document.querySelector("#invitation");
const byCard = document.querySelector("#by-card");
const byPasskey = document.querySelector("#by-passkey");
const byNhi = document.querySelector("#by-nhi");
const connector = document.querySelector("#connect-agent");
const state = document.querySelector("#agent-state");
const PASSKEY_FAULTS = {
  unsupported: () => say("passkey_unsupported"),
  address: () => say("passkey_address"),
  cancelled: () => say("passkey_cancelled"),
};

for (const key of [LATER, TYPED]) sessionStorage.removeItem(key);

/** Run one way of logging in; `way(institution)` resolves to {status, body}. */
async function logIn(way, words, institution) {
  message.textContent = words;
  main.inert = true;
  try {
    await finish(await way(institution), way, words);
  } catch (fault) {
    message.textContent = complaint(fault);
  } finally {
    main.inert = false;
    if (!choices.hidden) choices.querySelector("button")?.focus();
  }
}

async function finish({ status, body }, way, words) {
  if (status === 200) return location.assign(main.dataset.home);
  message.textContent = `${body.title} ${body.tell_buyer}`;
  if (body.code === "CHOOSE_INSTITUTION") {
    choose(body.institutions, (code) => logIn(body.choose ?? way, words, code));
  }
  if (body.code === "NOT_ENROLLED" || body.code?.startsWith("INVITATION")) askForInvitation();
}

function complaint(fault) {
  if (fault instanceof AgentFault) {
    const { what, next } = explain(fault.code);
    return `${what} ${next}`;
  }
  if (fault instanceof PasskeyFailed) return (PASSKEY_FAULTS[fault.kind] ?? (() => say("passkey_failed")))();
  if (fault instanceof Unreachable) return say("offline_login");
  throw fault;
}

function choose(institutions, finishAt) {
  const buttons = institutions.map((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "card";
    button.textContent = code;
    button.addEventListener("click", () => finishAt(code));
    return button;
  });
  choices.querySelector(".cards").replaceChildren(...buttons);
  choices.hidden = false;
}

/** A card nobody knows: perhaps its owner was given a code to come in for the first time. */
function askForInvitation() {
  document.querySelector("#invited").open = true;
  main.inert = false;
  invitation.focus();
}

const invited = () => (invitation.value.trim() ? { invitation: invitation.value.trim() } : {});

// --- the ways in ---------------------------------------------------------------------------

/** One PIN is enough: the same signature comes again with the institution. */
function cardLogin() {
  let signed = null;
  return async (institution) => {
    signed ??= await signChallenge();
    return ask("POST", "/api/v1/login", { ...signed, institution, ...invited() });
  };
}

async function nhiLogin() {
  const { body } = await ask("POST", "/api/v1/login/challenge", {});
  const { id_number, birth_date, reading } = await readCard({ nonce: body.challenge });
  return loginByPasskey({ nhi: { id_number, birth_date, reading } });
}

const trayLogin = (card) => (institution) =>
  ask("POST", "/api/v1/demo/login", { card, institution, ...invited() });

byCard.addEventListener("click", () => logIn(cardLogin(), say("enter_pin")));
byPasskey.addEventListener("click", () =>
  logIn((institution) => loginByPasskey({ institution }), say("signing_in")),
);
byNhi.addEventListener("click", () => logIn(nhiLogin, say("signing_in")));
for (const button of document.querySelectorAll("[data-card]")) {
  button.addEventListener("click", () => logIn(trayLogin(button.dataset.card), say("signing_in")));
}
connector.addEventListener("click", connect);

function draw() {
  const up = agent.state === "up";
  show(state, up ? "" : agent.state);
  byCard.disabled = byNhi.disabled = !up;
  connector.hidden = agent.state !== "agent_ask";
}

byPasskey.disabled = !supported();
onAgent(draw);
draw();
start();
document.querySelector("[data-card]")?.focus();
