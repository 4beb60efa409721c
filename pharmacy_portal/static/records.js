// 紀錄: today's sales with their correction, and the intakes.
import { Unreachable } from "./api.js";
import "./counter.js";
import { showHistory, showRecent } from "./tables.js";

const fault = document.querySelector("#fault");
document.addEventListener("voided", (event) => {
  fault.textContent = event.detail;
});

try {
  await Promise.all([showRecent(), showHistory()]);
} catch (error) {
  if (!(error instanceof Unreachable)) throw error;
}
