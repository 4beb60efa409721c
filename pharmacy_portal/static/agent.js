// The card agent as the pages see it: one state, its readers, and what happens to cards.
// States: agent_ask, agent_searching, agent_blocked, agent_not_found, agent_refused, agent_too_old,
// agent_lost, not_paired, and "up".
import {
  AgentFault,
  exchange,
  find,
  keepToken,
  openEvents,
  permission,
  token,
  TOKEN,
} from "./agent_door.js";

export { AgentFault } from "./agent_door.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
const HEARTBEAT_MS = 20_000;
const WRONG_CLOCK_MS = 30_000;
// These will not change by waiting; somebody has to do something first.
const SETTLED = ["agent_blocked", "agent_refused", "agent_too_old", "not_paired"];

export const agent = { state: "agent_searching", port: 0, status: null, clockOffMs: 0, wasUp: false };
const watchers = [];
let socket = null;
let wait = FIRST_WAIT_MS;
let timer = 0;
let started = false;

/** Be told of every change: {kind: "state"} or {kind: "card", reader, role, in, mute}. */
export function onAgent(watcher) {
  watchers.push(watcher);
}

function tell(happening) {
  for (const watcher of watchers) watcher(happening);
}

function become(state) {
  agent.state = state;
  tell({ kind: "state" });
}

/** Connect without bothering anybody: where the browser would have to ask, wait for the button. */
export async function start() {
  if (started) return;
  started = true;
  if (!token() && (await permission()) === "prompt") return become("agent_ask");
  return connect();
}

/** Look for the agent now, because somebody asked for it, or it is time to try again. */
export async function connect() {
  clearTimeout(timer);
  if (!agent.wasUp) become("agent_searching");
  try {
    const { port, status } = await find();
    agent.port = port;
    // What happened to cards while we were away is found by comparing: keep what we knew.
    if (!agent.wasUp) notice(status);
    if (!status.paired) {
      keepToken("");
      return become("not_paired");
    }
    follow(port);
  } catch (fault) {
    if (!(fault instanceof AgentFault)) throw fault;
    lost(fault.code);
  }
}

function lost(code) {
  socket = null;
  become(agent.wasUp && code === "agent_not_found" ? "agent_lost" : code);
  if (SETTLED.includes(code)) return;
  timer = setTimeout(connect, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT_MS);
}

function follow(port) {
  const former = socket;
  const mine = (socket = openEvents(port));
  former?.close();
  const beat = setInterval(() => pulse(mine), HEARTBEAT_MS);
  mine.addEventListener("open", () => (wait = FIRST_WAIT_MS));
  mine.addEventListener("message", ({ data }) => {
    if (mine === socket) take(JSON.parse(data));
  });
  mine.addEventListener("close", () => {
    clearInterval(beat);
    if (mine === socket) lost("agent_lost");
  });
}

/** A browser cannot see the stream's own heartbeat: ask, so that a frozen agent is noticed. */
async function pulse(mine) {
  try {
    const status = await exchange(agent.port, "GET", "/v1/status");
    if (mine === socket) take({ event: "state", ...status });
  } catch (fault) {
    if (!(fault instanceof AgentFault)) throw fault;
    mine.close();
    if (mine === socket) lost("agent_lost");
  }
}

// Another page of this site has paired.
window.addEventListener("storage", ({ key }) => {
  if (key === TOKEN && agent.state !== "up" && token()) connect();
});

// --- what happens to readers and cards -----------------------------------------------------

const readers = () => agent.status?.readers ?? [];

function take(event) {
  if (event.event === "state") return takeState(event);
  if (event.event === "service") agent.status.service = event.up ? "up" : "down";
  if (event.event === "service" && !event.up) replaceReaders([]);
  if (event.event === "reader") takeReader(event);
  if (event.event === "card") takeCard(event);
  become("up");
}

/** The first state tells what lies where; later ones are compared with what we knew. */
function takeState(status) {
  const before = readers();
  const first = !agent.wasUp;
  notice(status);
  agent.wasUp = true;
  if (!first) compare(before, status.readers);
  become("up");
}

function notice(status) {
  agent.status = status;
  agent.clockOffMs = status.clock ? Date.parse(status.clock) - Date.now() : 0;
}

function takeReader({ name, up }) {
  const others = readers().filter((one) => one.name !== name);
  const known = readers().find((one) => one.name === name);
  replaceReaders(up ? [...others, known ?? { name, role: null, card: "none" }] : others);
}

function takeCard(event) {
  const known = readers().find((one) => one.name === event.reader);
  const was = known?.card ?? "none";
  const now = event.in ? (event.mute ? "mute" : "present") : "none";
  const fresh = { ...known, name: event.reader, role: event.role ?? null, card: now };
  agent.status.readers = [...readers().filter((one) => one !== known), fresh];
  // Another card while one is in: the first was pulled too quickly to be seen.
  if (was !== "none" && (event.in || now === "none")) card(fresh, false);
  if (event.in) card(fresh, true);
}

function replaceReaders(fresh) {
  const before = readers();
  agent.status.readers = fresh;
  compare(before, fresh);
}

function compare(before, after) {
  const has = (list, name) => (list.find((one) => one.name === name)?.card ?? "none") !== "none";
  for (const one of before) if (has(before, one.name) && !has(after, one.name)) card(one, false);
  for (const one of after) if (has(after, one.name) && !has(before, one.name)) card(one, true);
}

function card({ name, role, card: now }, isIn) {
  tell({ kind: "card", reader: name, role, in: isIn, mute: isIn && now === "mute" });
}

// --- what one may ask ----------------------------------------------------------------------

/** Return the first thing that stands between us and a buyer's card, or "" when all is well. */
export function trouble() {
  if (agent.state !== "up") return agent.state;
  if (agent.status.service === "down") return "no_service";
  if (!buyerReaders().length) return "no_reader";
  if (!agent.status.enrolled) return "agent_not_enrolled";
  return "";
}

/** Return the readers that buyers' cards may be in. */
export const buyerReaders = () => readers().filter(({ role }) => role !== "staff");

/** Tell whether a clock is off by so much that readings would be refused; `server` in ms. */
export const isClockWrong = (server) =>
  agent.status?.clock && Math.abs(agent.clockOffMs + Date.now() - server) > WRONG_CLOCK_MS;

const call = async (path, body, method = "POST") => {
  if (!agent.port) throw new AgentFault(agent.state);
  try {
    return await exchange(agent.port, method, path, body);
  } catch (fault) {
    if (fault.code === "not_paired") unpaired();
    throw fault;
  }
};

function unpaired() {
  keepToken("");
  socket?.close();
  socket = null;
  become("not_paired");
}

/** Pair this site with the agent by the digits it shows; connect. */
export async function pair(code) {
  const { token: fresh } = await call("/v1/pair", { code });
  keepToken(fresh);
  await connect();
}

export const readCard = (asked) => call("/v1/nhi/read", asked);
export const signLogin = (challenge) => call("/v1/login/sign", { challenge });
export const enrolAgent = (challenge) => call("/v1/enrol", { challenge });

/** Give a reader its role on this computer: "buyer", "staff" or null. */
export async function giveRole(name, role) {
  await call("/v1/readers", { [name]: role }, "PUT");
  for (const one of readers()) if (one.name === name) one.role = role;
  tell({ kind: "state" });
}
