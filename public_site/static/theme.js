// Before the page is painted: light or dark, if the reader chose one; kept on this device only.
try { document.documentElement.setAttribute("data-theme", localStorage.getItem("theme") || "auto"); } catch (error) { /* storage is shut: the system decides */ }
document.documentElement.className = "js";
