// What this person entered on session boards of this studio and what was not sent yet, as seen from any page: how many, not what.
import { many } from "./board_words.js";

const person = document.querySelector('meta[name="person"]')?.content;

/** Returns the names under which it is kept: `ff-board:<person>:<session>:<piece>`. */
export function left() {
  try {
    return person ? Object.keys(localStorage).filter((name) => name.startsWith(`ff-board:${person}:`)) : [];
  } catch {
    return []; // storage is blocked
  }
}

export function drop() {
  left().forEach((name) => localStorage.removeItem(name));
}

/** Says on other pages that something waits: a board sends it, also what was entered on another. */
export function remind() {
  const kept = left();
  const main = document.getElementById("main");
  if (!kept.length || !main || main.querySelector("[data-board]")) return;
  const box = document.createElement("div");
  box.className = "flash is-warn";
  const mark = document.createElement("i");
  mark.className = "bi bi-cloud-slash";
  mark.setAttribute("aria-hidden", "true");
  const words = document.createElement("p");
  const link = Object.assign(document.createElement("a"), { href: `/sessions/${kept[0].split(":")[2]}/`, textContent: "Open the session" });
  words.append(`${many(kept.length, "entry of a session was", "entries of a session were")} not sent yet. `, link);
  box.append(mark, words);
  main.prepend(box);
}
