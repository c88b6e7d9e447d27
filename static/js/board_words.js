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

/** Writes a time as `m:ss`, from an hour on as `h:mm:ss`. */
export function clock(total) {
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Writes the figures of a set: 8 × 40 kg. */
export function figures({ repetitions, load, load_unit: unit, seconds, metres }) {
  const given = (value) => value !== null && value !== undefined;
  const parts = [repetitions, given(load) ? `${load} ${unit}` : null, given(metres) ? `${metres} m` : null, given(seconds) ? clock(seconds) : null];
  return parts.filter(given).join(" × ");
}

const MARKS = { present: "Here", no_show: "No-show", "": "not marked" };
export const mark = (attendance) => MARKS[attendance] ?? MARKS[""];

/** Names a piece of the queue by what was entered. */
export function named({ kind, method, label = "Something", body }) {
  if (kind === "mark") return `${label}: ${mark(body.attendance)}`;
  if (kind === "set") return method === "DELETE" ? `${label}, a set taken back` : `${label}, ${figures(body)}`;
  return label;
}

export const WAITS = "Waiting to be sent";
export const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;
