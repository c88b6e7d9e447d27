// The sheet is the server's; only the button that opens the browser's own dialog needs a script.
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => window.print());
