// Notes being written are kept in this tab until the server has them: what a lost line, a reload or a slip of the thumb took comes back.
import { toast } from "./ui.js";

const NAMES = "textarea[name], input[name=visibility], input[name=template]";
const store = window.sessionStorage;
const placeOf = (form) => `note:${form.dataset.keeps}:${new URL(form.action).pathname}`;

function read(place) {
  try {
    return JSON.parse(store.getItem(place));
  } catch {
    return null;
  }
}

function keep(form) {
  const texts = {};
  for (const field of form.querySelectorAll("textarea[name]")) texts[field.name] = field.value;
  const template = form.querySelector("input[name=template]")?.value ?? "";
  if (Object.values(texts).some((text) => text.trim())) {
    store.setItem(placeOf(form), JSON.stringify({ template, texts }));
  } else {
    store.removeItem(placeOf(form));
  }
}

// Sent and answered: the address of the page that follows names the note. A line that broke leads to no such page.
if (window.location.hash.startsWith("#note-")) {
  for (const place of Object.keys(store)) {
    if (place.startsWith("note:") && read(place)?.sent) store.removeItem(place);
  }
}

function bringBack(form) {
  const found = read(placeOf(form));
  if (!found || form.querySelector(".is-invalid")) return;
  const fields = [...form.querySelectorAll("textarea[name]")];
  const shown = fields.map((field) => field.value);
  const lost = Object.values(found.texts).filter((text) => text.trim() && !shown.includes(text));
  if (!lost.length) return;
  const template = form.querySelector("input[name=template]")?.value ?? "";
  const same = template === found.template && fields.every((field) => field.name in found.texts);
  if (same) {
    for (const field of fields) field.value = found.texts[field.name];
  } else {
    fields[0].value = [...lost, fields[0].value].filter((text) => text.trim()).join("\n\n");
  }
  toast("What you wrote here is back. It is not kept yet.", { icon: "arrow-counterclockwise" });
}

for (const form of document.querySelectorAll("form[data-keeps]")) {
  bringBack(form);
  form.addEventListener("input", (event) => event.target.matches(NAMES) && keep(form));
}

document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("form[data-keeps]")) keep(form);
});

// Before anything else hears of it: without a line the page stays, and with it the words.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-keeps]")) return;
  if (!navigator.onLine && !("queued" in form.dataset)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    toast("There is no connection. Your words stay here: keep the note when you are back.", { icon: "wifi-off" });
    return;
  }
  const found = read(placeOf(form));
  if (found) store.setItem(placeOf(form), JSON.stringify({ ...found, sent: true }));
}, true);
