// Notes being written are kept in this tab until the server has them: what a lost line, a reload or a slip of the thumb took
// comes back, to her alone. They are sealed under a key of hers, and gone with the tab, or when she signs out in any tab.
import { keyFrom, seal, unseal } from "./sealing.js";
import { toast } from "./ui.js";

const NAMES = "textarea[name], input[name=visibility], input[name=template], select[name=client]";
const KEPT = 7 * 24 * 3600 * 1000; // what nobody came back for
const SENT = "note-sent"; // what this tab has sent last, and from where
const store = window.sessionStorage;
const forms = () => document.querySelectorAll("form[data-keeps]");
const placeOf = (form) => `note:${form.dataset.keeps}:${new URL(form.action).pathname}`;
const keys = new Map(); // one a page, in truth: forms of one person
let writing = Promise.resolve();

function keyOf(form) {
  const digits = form.dataset.key;
  if (!keys.has(digits)) keys.set(digits, keyFrom(digits));
  return keys.get(digits);
}

function read(name) {
  try {
    return JSON.parse(store.getItem(name));
  } catch {
    return null;
  }
}

const chosen = (form, name) => form.querySelector(`input[name=${name}]:checked`)?.value;

/** What a form says: its words, the id they are to be kept under (once, however often they are sent), whom they are about, who is to read them, and the template they are begun from. */
function said(form) {
  const texts = {};
  for (const field of form.querySelectorAll("textarea[name]")) texts[field.name] = field.value;
  return {
    texts,
    template: form.querySelector("input[name=template]")?.value ?? "",
    client: form.querySelector("select[name=client]")?.value,
    note: form.querySelector("input[name=note]")?.value,
    visibility: chosen(form, "visibility"),
  };
}

/** Whether a form holds no words, or a draft's as the server has them. */
function nothingToLose(form) {
  const fields = [...form.querySelectorAll("textarea[name]")];
  const kept = form.elements.seen_at && !form.querySelector(".is-invalid");
  return fields.every((field) => !field.value.trim() || (kept && field.value === field.defaultValue));
}

function keep(form) {
  const place = placeOf(form);
  const key = keyOf(form);
  const words = said(form);
  if (read(SENT)?.place === place) store.removeItem(SENT); // she writes on: what was sent did not lead away
  const done = nothingToLose(form);
  writing = writing.then(async () => {
    if (done || !key) store.removeItem(place);
    else store.setItem(place, JSON.stringify({ at: Date.now(), sealed: await seal(key, words) }));
  }).catch(() => {}); // storage is full, or blocked: the words live as long as the page
}

// Sent and answered: the address that follows names the note. Where the line broke, the next page is another one, or the same.
function forgetWhatArrived() {
  const sent = read(SENT);
  store.removeItem(SENT);
  if (sent && window.location.hash.startsWith("#note-") && window.location.href !== sent.from) store.removeItem(sent.place);
}

// Of somebody else, too old, or left behind by who signed out while this tab slept.
function forgetOthers() {
  const person = forms()[0]?.dataset.keeps;
  const left = Number(window.localStorage.getItem("ff-left") ?? 0);
  for (const name of Object.keys(store).filter((one) => one.startsWith("note:"))) {
    const at = read(name)?.at ?? Date.now();
    const others = person && !name.startsWith(`note:${person}:`);
    if (others || at < left || Date.now() - at > KEPT) store.removeItem(name);
  }
}

async function found(form) {
  const piece = read(placeOf(form));
  const key = keyOf(form);
  if (!piece?.sealed || !key) return null;
  return unseal(key, piece.sealed).catch(() => null);
}

async function bringBack(form) {
  const kept = form.querySelector(".is-invalid") ? null : await found(form);
  if (!kept) return;
  const fields = [...form.querySelectorAll("textarea[name]")];
  const shown = fields.map((field) => field.value);
  const lost = Object.values(kept.texts).filter((text) => text.trim() && !shown.includes(text));
  if (!lost.length) return;
  const same = said(form).template === kept.template && fields.every((field) => field.name in kept.texts);
  if (same) {
    for (const field of fields) field.value = kept.texts[field.name];
  } else {
    fields[0].value = [...lost, fields[0].value].filter((text) => text.trim()).join("\n\n");
  }
  const id = form.querySelector("input[name=note]");
  if (id && kept.note) id.value = kept.note;
  const about = form.querySelector("select[name=client]");
  if (about) about.value = [...about.options].some(({ value }) => value === kept.client) ? kept.client : ""; // to no other client
  const readers = form.querySelector(`input[name=visibility][value="${CSS.escape(kept.visibility ?? "")}"]`);
  if (readers) readers.checked = true;
  toast("What you wrote here is back. It is not kept yet.", { icon: "arrow-counterclockwise" });
}

forgetWhatArrived();
forgetOthers();
for (const form of forms()) bringBack(form);
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-keeps]");
  if (form && event.target.matches(NAMES)) keep(form);
});
document.addEventListener("htmx:afterSettle", () => forms().forEach(keep));

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
  store.setItem(SENT, JSON.stringify({ place: placeOf(form), from: window.location.href }));
}, true);
