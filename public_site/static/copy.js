// Buttons that copy a block of code. Without scripts one click on the text selects all of it.
const announce = document.querySelector("#announce");

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

for (const block of document.querySelectorAll("[data-copy]")) {
  const code = block.querySelector("code");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = block.dataset.copy;
  button.setAttribute("aria-describedby", `${code.id}-title`);
  button.addEventListener("click", async () => {
    if (!(await copy(code))) return;
    button.textContent = block.dataset.copied;
    if (announce) announce.textContent = block.dataset.copied;
    setTimeout(() => { button.textContent = block.dataset.copy; }, 2000);
  });
  block.append(button);
}
