// Who else has this page open, and which time she is editing. Told by the live socket; without it, nobody is shown.
// A page says what it shows on [data-presence="calendar" or "session:<id>"]; forms with [data-edits] name the start being edited.
const SAY_EVERY = 30000;
const FORGET_AFTER = 80000;
let place = document.querySelector("[data-presence]");
const people = new Map(); // by socket
let editing = "";

function say() {
  document.dispatchEvent(new CustomEvent("fitflow:look", { detail: { at: place.dataset.presence, editing } }));
}

function monogramOf(name) {
  const words = name.trim().split(/\s+/u);
  return words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...words[0]].slice(0, 2).join("");
}

function timeOf(start) {
  const instant = new Date(`${start}:00`);
  return new Intl.DateTimeFormat(document.documentElement.lang || "en-CA", { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant);
}

// One entry a person, whatever number of windows she has open; what she edits in any of them is said.
function others() {
  const found = new Map();
  for (const [socket, entry] of people) {
    if (entry.until < Date.now()) people.delete(socket);
    else if (entry.user !== place.dataset.me && (entry.at === place.dataset.presence || entry.editing)) {
      const known = found.get(entry.user);
      found.set(entry.user, { ...entry, editing: entry.editing || known?.editing || "" });
    }
  }
  return [...found.values()].sort((one, two) => one.name.localeCompare(two.name));
}

function show() {
  place = document.querySelector("[data-presence]") ?? place; // a board that follows others puts a fresh one in its place
  const list = others();
  const words = list.map(({ name, editing: start }) => (start ? `${name} is editing ${timeOf(start)}` : `${name} is looking`));
  if (place.dataset.said === words.join("\n")) return;
  place.dataset.said = words.join("\n");
  place.replaceChildren();
  place.hidden = !list.length;
  for (const { name, editing: start } of list.slice(0, 5)) {
    const mono = document.createElement("span");
    mono.className = start ? "mono is-editing" : "mono";
    mono.setAttribute("aria-hidden", "true");
    mono.textContent = monogramOf(name).toUpperCase();
    mono.title = start ? `${name} is editing ${timeOf(start)}` : `${name} is looking`;
    place.append(mono);
  }
  const text = document.createElement("span");
  const busy = words.filter((_, index) => list[index].editing);
  text.textContent = busy.length ? `${busy.join(". ")}.` : list.length === 1 ? `${words[0]}.` : `${list.length} others are looking.`;
  place.append(text);
}

function take({ event, ...entry }) {
  if (event === "presence.list") {
    people.clear();
    entry.people.forEach((each) => people.set(each.socket, { ...each, until: Date.now() + FORGET_AFTER }));
  } else if (entry.gone) people.delete(entry.socket);
  else people.set(entry.socket, { ...entry, until: Date.now() + FORGET_AFTER });
  show();
}

function edits(form) {
  const { starts_on: day, starts_at: hour } = form.elements;
  const start = `${day?.value}T${hour?.value.slice(0, 5)}`;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(start) ? start : "";
}

function look() {
  const form = document.querySelector("dialog[open] form[data-edits], form[data-edits].is-page");
  const now = form ? edits(form) : "";
  if (now !== editing) {
    editing = now;
    say();
  }
}

if (place) {
  document.addEventListener("fitflow:fresh", show);
  document.addEventListener("fitflow:presence", ({ detail }) => take(detail));
  document.addEventListener("fitflow:socket", say);
  document.addEventListener("change", look);
  document.addEventListener("htmx:afterSettle", look);
  document.addEventListener("close", look, true);
  document.addEventListener("toggle", look, true);
  setInterval(() => {
    if (!document.hidden) say();
    show();
  }, SAY_EVERY);
}
