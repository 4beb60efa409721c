// 憑證登入. In demo the server signs with the software card that is clicked.
import { ask, Unreachable } from "./api.js";
import { LATER, TYPED } from "./remembered.js";
import { say } from "./words.js";

const main = document.querySelector("#main");
const message = document.querySelector("#message");
const choices = document.querySelector("#institutions");

for (const key of [LATER, TYPED]) sessionStorage.removeItem(key);

for (const button of document.querySelectorAll("[data-card]")) {
  button.addEventListener("click", () => logIn(button.dataset.card));
}
document.querySelector("[data-card]")?.focus();

async function logIn(card, institution) {
  message.textContent = say("signing_in");
  main.inert = true;
  try {
    const { status, body } = await ask("POST", "/api/v1/demo/login", { card, institution });
    if (status === 200) return location.assign(main.dataset.home);
    message.textContent = `${body.title} ${body.tell_buyer}`;
    if (body.code === "CHOOSE_INSTITUTION") choose(card, body.institutions);
  } catch (fault) {
    if (!(fault instanceof Unreachable)) throw fault;
    message.textContent = say("offline_login");
  } finally {
    main.inert = false;
    if (!choices.hidden) choices.querySelector("button")?.focus();
  }
}

function choose(card, institutions) {
  const buttons = institutions.map((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "card";
    button.textContent = code;
    button.addEventListener("click", () => logIn(card, code));
    return button;
  });
  choices.querySelector(".cards").replaceChildren(...buttons);
  choices.hidden = false;
}
