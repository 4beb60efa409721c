// Talking to the portal. Whatever is not known to have failed is asked for again under its own key.
const LIMIT_MS = 12_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** No answer came: nothing is known about the outcome. */
export class Unreachable extends Error {}

const watchers = [];
let serverAheadMs = 0;

/** Return the server's time, in milliseconds. */
export const serverNow = () => Date.now() + serverAheadMs;

/** Be told "up" or "down" after every exchange. */
export function onConnection(watcher) {
  watchers.push(watcher);
}

function tell(state) {
  for (const watcher of watchers) watcher(state);
}

/** Send one request; return {status, body}. A session that ended leads to the login page. */
export async function ask(method, path, body, headers = {}) {
  let status, document_;
  try {
    const response = await fetch(path, {
      method,
      headers: {
        "Accept-Language": document.documentElement.lang,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const told = Date.parse(response.headers.get("Date"));
    if (told) serverAheadMs = told - Date.now();
    status = response.status;
    document_ = await response.json();
  } catch {
    tell("down");
    throw new Unreachable();
  }
  tell("up");
  if (status === 401 && document_.code === "SESSION_EXPIRED") return leave();
  if (status === 423) document.dispatchEvent(new CustomEvent("session-locked"));
  return { status, body: document_ };
}

/** Ask the server for its time alone; return how long that took, or null where nobody answers. */
export async function timeServer() {
  const started = performance.now();
  try {
    const response = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(LIMIT_MS) });
    serverAheadMs = Date.parse(response.headers.get("Date")) - Date.now();
    return response.ok ? Math.round(performance.now() - started) : null;
  } catch {
    return null;
  }
}

/** Send until the outcome is known; the same key makes repeats harmless. */
export async function settle(path, body, headers = {}) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const answer = await ask("POST", path, body, headers);
      // A locked session says nothing about the act: ask again when it is open.
      if (answer.status < 500 && ![423, 429].includes(answer.status)) return answer;
    } catch (fault) {
      if (!(fault instanceof Unreachable)) throw fault;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Make a key for one act of this till. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Go to the login page with nothing left of whoever stood here. */
export function leave() {
  for (const form of document.forms) form.reset();
  const query = new URLSearchParams(location.search);
  query.set("expired", "1");
  location.replace(`/login?${query}`);
  return new Promise(() => {});
}
