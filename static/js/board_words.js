// What a row of the session board says of itself: that it waits to be sent, or why it was not taken and what can be done.

/** Writes words, with buttons {label: what it does}, beside a row; nothing to say takes them away. */
export function say(place, text = "", { icon = "hourglass-split", conflict = false, buttons = {} } = {}) {
  if (!place) return;
  place.hidden = !text;
  place.classList.toggle("is-conflict", conflict);
  place.replaceChildren();
  if (!text) return;
  const mark = document.createElement("i");
  mark.className = `bi bi-${icon}`;
  mark.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  words.textContent = text;
  place.append(mark, words);
  for (const [label, act] of Object.entries(buttons)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm";
    button.textContent = label;
    button.addEventListener("click", act);
    place.append(button);
  }
}

export const WAITS = "Waiting to be sent";
export const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;
