// 日結: print, the disputes of this outlet, practice.
import { ask } from "./api.js";
import { announce } from "./counter.js";
import { say } from "./words.js";

const print = document.querySelector("#print");
print.hidden = false;
print.addEventListener("click", () => window.print());
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "p" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  window.print();
});

const practise = document.querySelector("#practise");
practise.addEventListener("click", async () => {
  const { status, body } = await ask("POST", "/api/v1/practice", { on: practise.dataset.on === "true" });
  if (status === 200) return location.assign(`/purchase${location.search.includes("lang=en") ? "?lang=en" : ""}`);
  announce(`${body.title} ${body.tell_buyer ?? ""}`);
});

async function showDisputes() {
  const { status, body } = await ask("GET", "/api/v1/disputes");
  if (status !== 200) return;
  const lines = body.disputes.map((one) => {
    const line = document.createElement("li");
    const said = one.state === "open" ? say("dispute_open") : one.answer;
    line.textContent = [`#${one.dispute_id}`, one.at.slice(0, 16).replace("T", " "), one.note, said]
      .filter(Boolean)
      .join(" · ");
    return line;
  });
  const none = document.createElement("li");
  none.textContent = say("dispute_none");
  document.querySelector("#disputes").replaceChildren(...(lines.length ? lines : [none]));
}

showDisputes();
