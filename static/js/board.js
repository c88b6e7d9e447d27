// The board of a session: follows what others do with it, without taking away what is being written here.
import { comboboxes } from "./combobox.js";

const board = document.querySelector("[data-board]");
let waiting = null;

async function refresh() {
  if (document.querySelector("dialog[open]")) return void later(2000);
  const answer = await fetch(window.location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.id;
  for (const id of ["board-head", "board-people"]) {
    const [here, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!here || !fresh) continue;
    here.replaceWith(document.adoptNode(fresh));
    window.htmx?.process(document.getElementById(id));
  }
  if (focused) document.getElementById(focused)?.focus();
  comboboxes();
}

function later(pause = 250) {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, pause);
}

document.addEventListener("fitflow:live", (event) => {
  const { session, series, was } = event.detail;
  if (session === board.dataset.board || (board.dataset.series && [series, was].includes(board.dataset.series))) later();
});
comboboxes();
