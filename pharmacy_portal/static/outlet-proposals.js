// 登記資料更正: what this outlet asks the authority to correct, and what became of it.
import { say } from "./words.js";

const find = (selector) => document.querySelector(selector);
let act, tell;

function cell(text, className = "") {
  const td = document.createElement("td");
  td.textContent = text;
  td.className = className;
  return td;
}

function rowOf(proposal) {
  const tr = document.createElement("tr");
  const state = proposal.reason ? `${proposal.state_words}：${proposal.reason}` : proposal.state_words;
  const value = Object.values(proposal.value).join(", ");
  const last = cell("", "act");
  if (proposal.state === "waiting") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = say("proposal_withdraw");
    button.addEventListener("click", () => withdraw(proposal.proposal_id));
    last.append(button);
  }
  tr.append(cell(proposal.at_roc, "code"), cell(proposal.kind_words), cell(proposal.note ? `${value} (${proposal.note})` : value), cell(state), last);
  return tr;
}

/** Load this outlet's proposals into the page. */
export async function showProposals() {
  const answer = await act("GET", "/api/v1/outlet/proposals");
  if (!answer) return;
  const rows = answer.proposals.map(rowOf);
  if (!rows.length) {
    const td = cell(say("proposals_none"), "empty");
    td.colSpan = 5;
    const tr = document.createElement("tr");
    tr.append(td);
    rows.push(tr);
  }
  find("#proposals").replaceChildren(...rows);
}

async function withdraw(id) {
  if (await act("DELETE", `/api/v1/outlet/proposals/${encodeURIComponent(id)}`)) await showProposals();
}

async function send(event) {
  event.preventDefault();
  const kind = find("#proposal-kind").value;
  const value = kind === "position"
    ? { lat: find("#proposal-lat").value.trim(), lon: find("#proposal-lon").value.trim() }
    : find("#proposal-value").value.trim();
  const answer = await act("POST", "/api/v1/outlet/proposals", { kind, value, note: find("#proposal-note").value });
  if (!answer || answer.conflict) return;
  event.target.reset();
  followKind();
  tell({ done: say("proposal_sent") });
  await showProposals();
}

function followKind() {
  const kind = find("#proposal-kind").value;
  for (const field of document.querySelectorAll("[data-kinds]")) {
    field.hidden = !field.dataset.kinds.split(" ").includes(kind);
  }
}

/** Begin; ``asking`` sends a request and tells faults, ``telling`` says what was done. */
export function startProposals(asking, telling) {
  [act, tell] = [asking, telling];
  find("#proposal-kind").addEventListener("change", followKind);
  find("#proposal").addEventListener("submit", send);
}
