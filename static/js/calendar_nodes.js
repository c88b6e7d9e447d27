// How one session, one day and one column look and what they are called: elements of a calendar, and nothing of where they stand.
import { clockOf, dayOf, minutesOf } from "./calendar_time.js";

const language = document.documentElement.lang || "en-CA";
const format = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
const short = format({ weekday: "short" });
const long = format({ weekday: "long", day: "numeric", month: "long" });
const utc = (day) => new Date(`${day}T00:00:00Z`);

export const weekday = (day) => short.format(utc(day));
export const dayWords = (day) => long.format(utc(day));

/** An element with a class and children; texts are texts. */
export function make(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function unseen(node) {
  node.setAttribute("aria-hidden", "true");
  return node;
}

const FLAT_PX = 30; // up to here a session is one line

export const icon = (name) => unseen(make("i", `bi bi-${name}`));
const letterMark = (letter, hue) => unseen(make("span", hue ? `mono tiny hue-${hue}` : "mono tiny", letter));

let words = null;
// The states' words and icons are the server's, told once in the page.
function stateOf(state) {
  words ??= JSON.parse(document.getElementById("cal-states")?.textContent || "{}");
  return words[state] ?? null;
}

/** A session in words, as a screen reader says it. */
export function nameOf(event) {
  const [state] = stateOf(event.state) ?? [""];
  const hours = `${event.start.slice(11)} to ${event.end.slice(11)}`;
  const said = [dayWords(dayOf(event.start)), hours, event.title, event.line, state, event.owner === event.line ? "" : event.owner, event.place];
  return said.filter(Boolean).join(", ");
}

function shell(event) {
  const link = Boolean(event.url);
  const node = make(link ? "a" : "div", "ev");
  if (link) Object.assign(node, { href: event.url, draggable: false });
  else node.setAttribute("role", "note");
  if (event.kind === "busy") node.classList.add("busy");
  else node.classList.add(`hue-${event.hue}`);
  if (event.state === "cancelled") node.classList.add("gone");
  if (event.kind === "held") node.classList.add("held");
  if (event.movable) node.classList.add("movable");
  node.tabIndex = -1;
  node.setAttribute("aria-label", nameOf(event));
  return node;
}

/** A session on the hours of a day: a letter, what, whom for, when and its state; the less the shorter it is. */
export function block(event, { height, slim, letter = true, across = false }) {
  const node = shell(event);
  const mark = stateOf(event.state);
  const flat = height <= FLAT_PX;
  if (letter && event.letter && !(flat && slim)) node.append(letterMark(event.letter));
  const told = height > (slim ? 66 : FLAT_PX) && !across;
  node.append(make("span", "ev-title", ...(mark && !told ? [icon(mark[1]), " "] : []), event.title));
  if ((flat ? !slim : height > (slim && letter ? 50 : 44)) && event.line) node.append(make("small", "", event.line));
  if (told) {
    const when = make("small", "num", [event.start.slice(11), slim ? "" : mark ? mark[0] : event.place].filter(Boolean).join(" · "));
    if (mark) when.append(" ", icon(mark[1]));
    node.append(when);
  }
  if (flat) node.classList.add("flat");
  else if (slim) node.classList.add("slim");
  if (event.movable) node.append(unseen(make("span", "cg-grip")));
  return node;
}

/** The hour the clocks skip, or show twice. */
export function changeOf(by, { words: told }) {
  return unseen(make("div", "cg-change", ...(told ? [make("small", "", changeWords(by))] : [])));
}

export const changeWords = (by) => (by > 0 ? "Clocks go forward" : "Clocks go back");

/** A session as one line of a day: when, what, and its letter. */
export function lineOf(event, { letter = true, whom = false } = {}) {
  const node = shell(event);
  const mark = stateOf(event.state);
  node.append(make("small", "num", clockOf(minutesOf(event.start))), make("span", "ev-title", event.title));
  if (whom && event.line) node.append(make("small", "truncate", event.line));
  if (mark) node.append(icon(mark[1]));
  if (letter && event.letter) node.append(letterMark(event.letter));
  return node;
}

/** A day above its column. */
export function dayHead(day) {
  return make("span", "wk-head", weekday(day), make("b", "", String(Number(day.slice(8)))));
}

/** Whoever's column or row it is. */
export function resourceHead({ title, letter, hue }) {
  const head = make("span", "col-name");
  const words = make("span", "", title);
  words.title = title;
  if (letter) head.append(letterMark(letter, hue));
  head.append(words);
  return head;
}
