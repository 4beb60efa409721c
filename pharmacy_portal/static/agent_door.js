// The door of the card agent on this computer: where it is, whether we may speak to it, one call.
// Kept in this browser for this site: the pairing token and the port. Nothing of any person.
/** Under which name the token is kept. */
export const TOKEN = "maskmap.agent.token";
const PORT = "maskmap.agent.port";
const OLDEST_API = 1;
const FIND_MS = 2_500;
// The agent asks for a PIN by itself; people need their time.
const LONGEST_MS = { "/v1/login/sign": 130_000, "/v1/enrol": 130_000 };
const CALL_MS = 10_000;
const PERMISSION = "loopback-network";

const ports = document.body.dataset.agentPorts.split(",").map(Number);
const address = (port, path) => `http://127.0.0.1:${port}${path}`;

/** What the agent, or the way to it, said no to; `code` is one of the closed set. */
export class AgentFault extends Error {
  constructor(code, detail = "") {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** Return the pairing token of this site, or an empty text. */
export const token = () => localStorage.getItem(TOKEN) ?? "";

/** Keep or forget the pairing token. */
export function keepToken(fresh) {
  if (fresh) localStorage.setItem(TOKEN, fresh);
  else localStorage.removeItem(TOKEN);
}

/** Return "granted", "prompt" or "denied"; "granted" where the browser has no such permission. */
export async function permission() {
  try {
    return (await navigator.permissions.query({ name: PERMISSION })).state;
  } catch {
    return "granted";
  }
}

/** Look for the agent; return its port and status.
 *  Throws AgentFault: agent_blocked, agent_not_found, agent_refused, agent_too_old. */
export async function find() {
  const known = Number(localStorage.getItem(PORT));
  const order = ports.includes(known) ? [known, ...ports.filter((one) => one !== known)] : ports;
  for (const port of order) {
    const status = await statusAt(port);
    if (status?.name !== "maskmap-agent") continue;
    if (status.api < OLDEST_API) throw new AgentFault("agent_too_old", status.version);
    localStorage.setItem(PORT, String(port));
    return { port, status };
  }
  throw new AgentFault(await whyNot(order));
}

async function statusAt(port) {
  try {
    return await exchange(port, "GET", "/v1/status", undefined, FIND_MS);
  } catch (fault) {
    if (fault instanceof AgentFault) return null;
    throw fault;
  }
}

/** Nothing answered us: blocked by the browser, refused by an agent set up for another site, or not there. */
async function whyNot(order) {
  if (await anyListens(order)) return "agent_refused";
  return (await permission()) === "denied" ? "agent_blocked" : "agent_not_found";
}

async function anyListens(order) {
  for (const port of order) {
    try {
      await fetch(address(port, "/v1/status"), { mode: "no-cors", cache: "no-store" });
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

/** Ask the agent; return its answer. Throws AgentFault with the agent's own code. */
export async function exchange(port, method, path, body, limit = LONGEST_MS[path] ?? CALL_MS) {
  const headers = {};
  if (token()) headers.Authorization = `Bearer ${token()}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response, answer;
  try {
    response = await fetch(address(port, path), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(limit),
    });
    answer = await response.json();
  } catch (fault) {
    throw new AgentFault(fault.name === "TimeoutError" ? "timeout" : "agent_lost");
  }
  if (!response.ok) throw new AgentFault(answer.error, answer.detail);
  return answer;
}

/** Open the stream of events; the token travels as a subprotocol, never in an address. */
export function openEvents(port) {
  return new WebSocket(`ws://127.0.0.1:${port}/v1/events`, ["card.v1", `token.${token()}`]);
}
