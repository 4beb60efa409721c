// 檢測: every link between this page and a card, one line each: ✓ or ✕, what it is, what to do.
import { agent, AgentFault, buyerReaders, connect, isClockWrong, onAgent, readCard, start } from "./agent.js";
import { freshKey, serverNow, timeServer } from "./api.js";
import { explain } from "./explain.js";
import { say } from "./words.js";

const SHAPES = { ok: "✓", bad: "✕", later: "–", waiting: "…" };
const find = (selector) => document.querySelector(selector);
let tried = null;
let reach;

const ok = (what = say("check_ok")) => ({ result: "ok", what, next: "" });
const bad = (what, next) => ({ result: "bad", what, next });
const coded = (code) => ({ result: "bad", ...explain(code) });

// Each line in its order; a line behind one that failed cannot be tested yet.
const LINES = {
  connection: () => {
    if (reach === undefined) return { result: "waiting", what: "", next: "" };
    return reach === null
      ? bad(say("check_down"), say("check_down_next"))
      : ok(say("check_up", { ms: reach }));
  },
  browser: () =>
    isSecureContext ? ok() : bad(say("check_insecure"), say("check_insecure_next")),
  permission: () => {
    if (agent.state === "agent_blocked") return coded("agent_blocked");
    if (agent.state === "agent_ask") return coded("agent_ask");
    return ok(say("check_allowed"));
  },
  agent: () => {
    if (agent.port) return ok(say("check_found", { version: agent.status?.version ?? "", port: agent.port }));
    return agent.state === "agent_searching" ? { result: "waiting", ...explain(agent.state) } : coded(agent.state);
  },
  pairing: () => (agent.state === "up" ? ok() : coded(agent.state)),
  enrolled: () => (agent.status.enrolled ? ok(say("already_enrolled")) : coded("agent_not_enrolled")),
  clock: () => {
    const seconds = Math.round(Math.abs(agent.clockOffMs + Date.now() - serverNow()) / 1000);
    const what = say("check_clock_off", { seconds });
    return isClockWrong(serverNow()) ? { ...coded("clock_wrong"), what } : ok(what);
  },
  service: () => (agent.status.service === "up" ? ok() : coded("no_service")),
  readers: () => {
    if (!agent.status.readers.length) return coded("no_reader");
    if (!buyerReaders().length) return bad(say("check_buyer_reader"), say("check_buyer_reader_next"));
    return ok(say("check_readers_found", { count: agent.status.readers.length }));
  },
  card: () => {
    if (tried !== null) return tried === "" ? ok(say("check_read")) : coded(tried);
    const cards = buyerReaders().map(({ card }) => card);
    if (cards.includes("mute")) return coded("card_mute");
    return cards.includes("present") ? ok(say("card_present")) : coded("no_card");
  },
};
// These do not stand in the way of the lines behind them.
const ON_THEIR_OWN = ["connection", "enrolled", "clock"];

function draw() {
  let stopped = false;
  let wrong = 0;
  for (const [line, test] of Object.entries(LINES)) {
    const found = stopped ? { result: "later", what: say("check_later"), next: "" } : test();
    if (found.result === "bad") wrong += 1;
    if (found.result !== "ok" && !ON_THEIR_OWN.includes(line)) stopped = true;
    write(document.querySelector(`[data-line=${line}]`), found);
  }
  const summary = find("#summary");
  const well = !wrong && !stopped;
  summary.dataset.result = wrong ? "bad" : well ? "ok" : "waiting";
  const verdict = well ? say("all_well") : "";
  const words = wrong ? say("something_wrong", { count: wrong }) : verdict;
  if (summary.textContent !== words) summary.textContent = words;
  find("#connect-agent").hidden = agent.state !== "agent_ask";
  find("#try-card").disabled = agent.state !== "up";
}

function write(line, { result, what, next }) {
  line.dataset.result = result;
  line.querySelector(".shape").textContent = SHAPES[result];
  line.querySelector(".what").textContent = what;
  line.querySelector(".next-step").textContent = next;
}

async function test() {
  reach = await timeServer();
  draw();
}

/** Read a card for the test's sake: what is on it is dropped at once, here. */
async function tryCard() {
  try {
    await readCard({ nonce: freshKey() });
    tried = "";
  } catch (fault) {
    if (!(fault instanceof AgentFault)) throw fault;
    tried = fault.code;
  }
  draw();
}

find("#again").addEventListener("click", () => {
  tried = null;
  if (agent.state !== "up") connect();
  test();
});
find("#connect-agent").addEventListener("click", connect);
find("#try-card").addEventListener("click", tryCard);
onAgent(({ kind }) => {
  if (kind === "card") tried = null;
  draw();
});
start();
test();
