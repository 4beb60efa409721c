// A convenience of the outlet's page, shown only where the browser can do it: copy the address.
"use strict";

function say(button) {
  const words = button.textContent;
  button.textContent = button.dataset.done;
  document.getElementById("announce").textContent = button.dataset.done;
  setTimeout(() => { button.textContent = words; }, 2500);
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        say(button);
      } catch { button.hidden = true; }
    });
  }
}
