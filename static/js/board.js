// The board of a session: follows what others do with it, without taking away what is being written here, and keeps what is
// entered while there is no network.
import { Banner } from "./board_banner.js";
import { Log } from "./board_log.js";
import { Queue } from "./board_queue.js";
import { many, mark, named, say, WAITS } from "./board_words.js";
import { comboboxes } from "./combobox.js";
import { toast } from "./ui.js";

const board = document.querySelector("[data-board]");
const COMPLETE = `complete:${board.dataset.board}`;
const FRESH = ["board-head", "board-people", "board-progress", "board-notes", "board-more", "board-dock", "board-waiting", "board-gone", "board-share"];
const queue = new Queue({ person: board.dataset.user, session: board.dataset.board, key: board.dataset.key });
const logged = document.getElementById("board-log");
const log = logged ? new Log(logged, queue) : null;
let waiting = null;

/** Whether a question or a menu is open, which nothing may take from under the finger. */
const asking = () => document.querySelector("dialog[open], [data-board] details[data-menu][open]");

async function refresh() {
  if (asking()) return void later(2000);
  let answer;
  try {
    answer = await fetch(window.location.href, { credentials: "same-origin", redirect: "manual" });
  } catch {
    return void later(3000); // without a network the page stays as it is
  }
  if (answer.status >= 500) return void later(3000);
  if (!answer.ok) return; // signed out, or gone
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (asking()) return void later(2000); // opened since it was asked for
  // The log opens an hour before, and with the first client: then the page is loaded again, unless something is being written.
  const opens = page.getElementById("log-pick") && !document.getElementById("log-pick");
  if (opens && !writing() && !queue.pieces.length) return void window.location.reload();
  log?.people(page.getElementById("log-who"));
  about(page.getElementById("note-about"));
  const focused = document.activeElement?.id;
  for (const id of FRESH) {
    const [here, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!here) continue;
    if (!fresh) {
      here.remove();
      continue;
    }
    here.replaceWith(document.adoptNode(fresh));
    window.htmx?.process(document.getElementById(id));
  }
  document.dispatchEvent(new CustomEvent("fitflow:fresh"));
  if (focused) document.getElementById(focused)?.focus();
  comboboxes();
  markAll();
  tellWaiting();
}

function later(pause = 250) {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, pause);
}

document.addEventListener("fitflow:live", ({ detail }) => {
  const { event, session, series, was } = detail;
  const ours = session === board.dataset.board || (board.dataset.series && [series, was].includes(board.dataset.series));
  if (!ours) return;
  if (event === "session.logged" && log) {
    if (queue.running) log.soon(); // not after each of many of its own
    else log.refresh();
  }
  if (event === "session.logged" && log && detail.change !== "shared") return;
  later(event === "session.logged" || event === "booking.changed" ? 50 : 250);
});

// Attendance: sent at the tap, one after the other.
function sendMark(row, attendance) {
  const { mark: booking, was } = row.dataset;
  queue.add({
    kind: "mark", target: `mark:${booking}`, method: "POST", url: `/api/v1/bookings/${booking}/attendance`,
    body: { attendance, was }, label: `Attendance of ${row.dataset.name}`,
  });
}

document.addEventListener("change", ({ target }) => {
  const row = target.closest("[data-mark]");
  if (!row) return;
  sendMark(row, target.value);
  countMarks();
});

function choose(row, value) {
  for (const input of row.querySelectorAll("input")) input.checked = input.value === value;
}

function countMarks() {
  const rows = [...document.querySelectorAll("[data-mark]")];
  if (!rows.length) return;
  const marked = rows.filter((row) => row.querySelector("input:checked")).length;
  document.getElementById("marked").textContent = `${marked} of ${rows.length} marked`;
  const dock = document.getElementById("dock-words");
  if (dock) dock.textContent = marked < rows.length ? "Whoever is not marked counts as here." : "Everybody is marked.";
}

function markAll() {
  for (const row of document.querySelectorAll("[data-mark]")) {
    const place = row.parentElement.querySelector("[data-words]");
    const piece = queue.of(`mark:${row.dataset.mark}`).at(-1);
    if (!piece) {
      say(place);
      continue;
    }
    choose(row, piece.body.attendance);
    if (piece.problem) refusedMark(row, place, piece);
    else say(place, queue.state !== "online" || piece.tries > 1 || piece.late ? WAITS : "");
  }
  countMarks();
}

function refusedMark(row, place, piece) {
  const { conflict, current } = piece.problem.details;
  const drop = () => { queue.forget(piece); refresh(); };
  const look = { icon: "exclamation-triangle", conflict: true };
  if (conflict === "attendance") {
    row.dataset.was = current;
    const mine = () => queue.again(piece, { body: { ...piece.body, was: current } });
    const theirs = current ? `marked ${mark(current)}` : "took the mark back";
    say(place, `Somebody ${theirs} meanwhile.`, { ...look, buttons: { "Keep mine": mine, "Take theirs": drop } });
  } else {
    say(place, `Not taken: ${piece.problem.message}`, { ...look, buttons: { "Let it go": drop } });
  }
}

// The note: sent like the rest while there is no network. (notes.js keeps what is still being written.)
const noteForm = () => document.getElementById("note-form");
const returned = []; // refused notes whose words stand in the form
const texts = () => [...(noteForm()?.querySelectorAll("textarea[name]") ?? [])];
const writing = () => texts().some((field) => field.value.trim());

function down() {
  return !navigator.onLine || queue.state !== "online" || queue.waiting.length > 0;
}

/** Returns a note of the form as the API takes it: one text, or a text for each heading of its template. */
function noteOf(form) {
  const sent = new FormData(form);
  const [client, visibility, template] = ["client", "visibility", "template"].map((name) => sent.get(name));
  const headings = sent.getAll("heading");
  const words = template
    ? { template, sections: headings.map((heading, number) => ({ heading, text: sent.get(`part_${number}`) ?? "" })) }
    : { body: sent.get("body") };
  return { client, visibility, ...words };
}

/** Puts words into the form, or takes them out of it, and lets notes.js know. Words about one client go to no other. */
function write(words, { client, visibility } = {}) {
  const about = noteForm()?.querySelector("select[name=client]");
  if (about && client) about.value = [...about.options].some(({ value }) => value === client) ? client : "";
  const readers = visibility && noteForm()?.querySelector(`input[name=visibility][value="${CSS.escape(visibility)}"]`);
  if (readers) readers.checked = true;
  for (const [number, field] of texts().entries()) {
    field.value = number ? "" : words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Returns whom a note can be about: one, or who is in the list. */
function choosable(field) {
  return field.options ? [...field.options].map(({ value }) => value) : [field.value];
}

/** Takes over who is in the session by now, unless a note is being written about somebody. */
function about(fresh) {
  const here = document.getElementById("note-about");
  if (!here || !fresh || writing()) return;
  const { value } = noteForm().elements.client;
  here.replaceWith(document.adoptNode(fresh));
  const { client } = noteForm().elements;
  if (choosable(client).includes(value)) client.value = value;
}

function tellNotes() {
  const place = document.getElementById("note-words");
  if (!place) return;
  const notes = queue.pieces.filter(({ kind, session }) => kind === "note" && session === queue.session);
  place.textContent = notes.some((piece) => !piece.problem) ? WAITS : "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "note-form" && writing()) returned.splice(0).forEach((piece) => queue.forget(piece)); // these are its words
  if (form.id === "note-form" && down()) {
    event.preventDefault();
    if (!writing()) return;
    queue.add({
      kind: "note", target: `note:${Date.now()}`, method: "POST", url: `/api/v1/sessions/${board.dataset.board}/notes/`,
      body: noteOf(form), label: "A note",
    });
    write("");
  } else if (form.id === "board" && !event.submitter?.hasAttribute("formaction") && down()) {
    event.preventDefault();
    const marks = [...document.querySelectorAll("[data-mark]")].map((row) => [row.dataset.mark, row.querySelector("input:checked")?.value]);
    queue.add({
      kind: "complete", target: COMPLETE, method: "POST", url: `/api/v1/sessions/${board.dataset.board}/complete`,
      body: { attendance: Object.fromEntries(marks.filter(([, value]) => value)) }, label: "Complete session",
    });
  }
}, true);

// What waits as a whole.
const banner = new Banner(document.getElementById("board-waits"), queue, hasPlace);

/** Whether what was refused is said beside a row of the page; else the banner says it. */
function hasPlace({ kind, target }) {
  const [, id] = target.split(":");
  if (kind === "mark") return Boolean(document.querySelector(`[data-mark="${id}"]`));
  if (kind === "set") return Boolean(document.querySelector(`[data-set="${id}"]`));
  return target === COMPLETE && Boolean(document.getElementById("dock-words"));
}

function tellWaiting() {
  banner.tell();
  const complete = queue.of(COMPLETE)[0];
  const dock = document.getElementById("dock-words");
  if (!complete || !dock) return;
  dock.classList.remove("d-none");
  dock.textContent = complete.problem ? `Not completed: ${complete.problem.message} ` : `Complete session: ${WAITS.toLowerCase()}`;
  if (!complete.problem) return;
  const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet btn-sm", textContent: "Let it go" });
  drop.addEventListener("click", () => {
    queue.forget(complete);
    later(0); // the page says again what holds
  });
  dock.append(drop);
}

queue.addEventListener("change", () => {
  markAll();
  tellNotes();
  tellWaiting();
});
queue.addEventListener("sent", ({ detail: { piece } }) => {
  if (piece.kind === "mark") {
    const row = document.querySelector(`[data-mark="${piece.target.slice(5)}"]`);
    if (row) row.dataset.was = piece.body.attendance;
  }
  if (piece.kind === "note") toast("Note kept. It is yours alone until you sign it.");
  if (piece.kind === "note" || piece.kind === "complete") later(0);
});
// A note that was refused stands in the form again, to be mended; also when the page was left meanwhile. Where the form is
// for another client alone, the banner shows its words.
function giveBack(piece) {
  const field = noteForm()?.elements.client;
  if (piece.kind !== "note" || piece.session !== queue.session || !field || writing()) return;
  const { client, body, sections } = piece.body;
  if (!field.options && field.value !== client) return;
  returned.push(piece);
  write(body ?? sections.filter(({ text }) => text).map(({ heading, text }) => `${heading}\n${text}`).join("\n\n"), piece.body);
}

queue.addEventListener("refused", ({ detail: { piece } }) => giveBack(piece));
window.addEventListener("online", () => {
  later(500);
  log?.refresh();
});

comboboxes();
queue.load().then(() => {
  // What was tapped before this script was there.
  for (const row of document.querySelectorAll("[data-mark]")) {
    const tapped = row.querySelector("input:checked")?.value ?? "";
    if (tapped !== row.dataset.was && !queue.of(`mark:${row.dataset.mark}`).length) sendMark(row, tapped);
  }
  for (const piece of queue.pieces.filter(({ problem }) => problem)) giveBack(piece);
  tellNotes();
});
