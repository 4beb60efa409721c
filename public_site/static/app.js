// Installed or asked for: keeps the last snapshot on the device, renewed every few minutes at most,
// never where the reader saves data. The worker that answers without a connection starts here.

const DATA = "maskmap-data";
const SNAPSHOT = "/api/v1/offline";
const RENEW_AFTER_MS = 5 * 60 * 1000;

const saves = () => Boolean(navigator.connection && navigator.connection.saveData);
const installed = () => matchMedia("(display-mode: standalone)").matches;

async function kept() {
  if (!("caches" in window) || !(await caches.has(DATA))) return undefined;
  return (await caches.open(DATA)).match(SNAPSHOT);
}

/** Return the saved snapshot, or null. */
export async function saved() {
  const answer = await kept();
  return answer ? answer.json() : null;
}

/** Save the newest snapshot on the device. */
export async function save() {
  const answer = await fetch(SNAPSHOT, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`the snapshot: ${answer.status}`);
  const headers = { "Content-Type": "application/json", "X-Saved-At": String(Date.now()) };
  const body = await answer.text();
  JSON.parse(body); // A torn answer is not kept in place of a whole one.
  await (await caches.open(DATA)).put(SNAPSHOT, new Response(body, { headers }));
  await start();
}

/** Remove what was saved. */
export async function remove() {
  await caches.delete(DATA);
}

/** Start the worker, where the browser has one. */
export async function start() {
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/sw.js");
}

async function renew() {
  if (!("caches" in window) || !navigator.onLine || saves()) return;
  await start();
  const answer = await kept();
  if (!answer && !installed()) return;
  const age = answer ? Date.now() - Number(answer.headers.get("X-Saved-At")) : Infinity;
  if (age >= RENEW_AFTER_MS) await save();
}

function quietly() {
  renew().catch((error) => console.debug("nothing was saved", error));
}

addEventListener("load", () => {
  if ("requestIdleCallback" in window) requestIdleCallback(quietly, { timeout: 5000 });
  else setTimeout(quietly, 1000);
});
