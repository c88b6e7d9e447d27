// The exercise log of a session board: sets are logged at a tap, corrected in place and taken back by the same tap.
// What another device logs appears here; what is being typed here stays.
import { pickers } from "./board_pick.js";
import { newId } from "./board_queue.js";
import { clock, figures, many, say, WAITS } from "./board_words.js";
import { call } from "./ui.js";

const SAME_TAP = 700; // a finger that leaves a field for the tick, in milliseconds
const FIELDS = ["repetitions", "load", "load_unit", "metres", "seconds"];

export const seconds = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

export class Log {
  constructor(root, queue) {
    Object.assign(this, { root, queue, url: root.dataset.log, last: [], unit: "kg" });
    this.list = root.querySelector("#log-entries");
    this.pick = root.querySelector("#log-pick");
    this.who = root.querySelector("#log-who");
    for (const entry of this.entries) this.adopt(entry);
    if (this.pick) this.prepare();
    queue.addEventListener("change", () => this.mark());
    queue.addEventListener("sent", ({ detail }) => this.sent(detail));
    queue.addEventListener("refused", ({ detail }) => this.refused(detail.piece));
    this.focus();
    this.refresh();
  }

  get entries() {
    return [...this.list.querySelectorAll("[data-entry]")];
  }

  get client() {
    return this.who?.value ?? this.pick?.dataset.everybody;
  }

  prepare() {
    const everybody = this.pick.dataset.everybody;
    this.names = new Map(
      this.who.options ? [...this.who.options].map((option) => [option.value, option.text]) : [[this.who.value, this.who.dataset.words]],
    );
    this.everybody = everybody;
    this.who.addEventListener("change", () => this.focus());
    this.pick.addEventListener("submit", (event) => event.preventDefault());
    pickers(this.pick, (exercise) => this.begin(exercise));
  }

  /** Shows what was logged for the client who is chosen. */
  focus() {
    for (const entry of this.entries) entry.hidden = this.who?.options ? entry.dataset.client !== this.client : false;
    this.count();
  }

  count() {
    const logged = this.entries.filter((entry) => entry.querySelector("[data-set]")).length;
    const place = this.root.querySelector("#log-count");
    const words = many(logged, "exercise", "exercises");
    if (place.textContent !== words) place.textContent = words;
  }

  /** Begins an exercise of the client who is chosen: with a set to tap, like last time's first. */
  begin(exercise) {
    const entry = this.entryOf(this.client, exercise) ?? this.make(this.client, exercise);
    this.list.prepend(entry);
    if (!entry.querySelector(".is-draft")) this.draft(entry);
    this.focus();
    entry.scrollIntoView({ block: "nearest" });
    entry.querySelector(".is-draft input:not([type=hidden])")?.focus();
  }

  entryOf(client, { id, name }) {
    const same = (text) => text.localeCompare(name, undefined, { sensitivity: "base" }) === 0;
    return this.entries.find(({ dataset }) => dataset.client === client && ((id && dataset.exercise === id) || same(dataset.name)));
  }

  make(client, { id = "", name, measure }) {
    const entry = this.root.querySelector("[data-entry-of]").content.firstElementChild.cloneNode(true);
    Object.assign(entry.dataset, { client, exercise: id, name, measure });
    const whose = this.names?.get(client) ?? "";
    entry.querySelector("h3").textContent = name;
    entry.querySelector("[data-whose]").textContent = whose;
    entry.setAttribute("aria-label", `${name}, ${whose}`);
    this.list.append(entry);
    this.adopt(entry);
    this.remind(entry);
    return entry;
  }

  /** Gives an entry of the page its buttons, and its sets theirs. */
  adopt(entry) {
    const add = entry.querySelector("[data-add-set]");
    add.hidden = false;
    add.addEventListener("click", () => this.draft(entry)?.querySelector("input:not([type=hidden])").focus());
    const repeat = entry.querySelector("[data-repeat]");
    repeat?.addEventListener(repeat.matches("form") ? "submit" : "click", (event) => {
      event.preventDefault();
      for (const figures of this.lastOf(entry)?.sets ?? []) this.log(entry, this.row(entry, figures));
      this.remind(entry);
    });
    for (const row of entry.querySelectorAll("li")) this.listen(entry, row);
  }

  lastOf({ dataset: { client, exercise } }) {
    const whose = client === this.everybody ? null : client;
    return this.last.find((one) => one.client === whose && one.exercise === exercise);
  }

  /** Writes what there was last time; it can be repeated while nothing is logged. */
  remind(entry) {
    const last = this.lastOf(entry);
    const place = entry.querySelector("[data-last]");
    if (!last || !place) return;
    place.hidden = false;
    place.querySelector("p").textContent = `Last time ${last.words}, ${last.day}`;
    const repeat = place.querySelector("[data-repeat]");
    if (repeat) repeat.hidden = Boolean(entry.querySelector("[data-set]"));
  }

  row(entry, figures) {
    const made = this.root.querySelector(`[data-set-of="${entry.dataset.measure}"]`).content.firstElementChild.cloneNode(true);
    entry.querySelector("[data-sets]").append(made);
    this.fill(made, figures);
    this.listen(entry, made);
    this.number(entry);
    return made;
  }

  /** Adds a set that is not logged yet, filled in like the one before. */
  draft(entry) {
    const rows = [...entry.querySelectorAll("li")];
    const before = rows.length ? this.read(rows.at(-1)) : this.lastOf(entry)?.sets[0];
    return this.row(entry, before ?? { load_unit: this.unit });
  }

  fill(row, figures) {
    for (const name of FIELDS) {
      const field = row.querySelector(`[name=${name}]`);
      if (!field) continue;
      const value = figures[name];
      const next = String(name === "seconds" && value != null ? clock(value) : name === "load_unit" ? value || "kg" : value ?? "");
      if (field.value !== next) field.value = next;
    }
    row.dataset.shown = this.text(row);
  }

  text(row) {
    return FIELDS.map((name) => row.querySelector(`[name=${name}]`)?.value.trim() ?? "").join("|");
  }

  read(row) {
    const value = (name) => row.querySelector(`[name=${name}]`)?.value.trim() ?? "";
    const number = (text) => (text === "" ? null : Number(text));
    const time = value("seconds");
    return {
      repetitions: number(value("repetitions")),
      load: value("load") === "" ? null : value("load").replace(",", "."),
      load_unit: value("load_unit"),
      metres: number(value("metres")),
      seconds: time === "" ? null : seconds(time),
    };
  }

  /** Says what is missing or no number, beside the row; answers whether all is well. */
  check(row, measure) {
    const wanted = { load: ["repetitions", "load"], bodyweight: ["repetitions"], time: ["seconds"], distance: ["metres"] }[measure];
    const figures = this.read(row);
    const wrong = FIELDS.filter((name) => name !== "load_unit" && row.querySelector(`[name=${name}]`)).filter((name) =>
      figures[name] === null ? wanted.includes(name) : !(Number(figures[name]) >= (name === "load" ? 0 : 1)) || (name !== "load" && !Number.isInteger(figures[name])));
    for (const name of FIELDS) row.querySelector(`[name=${name}]`)?.toggleAttribute("aria-invalid", false);
    for (const name of wrong) row.querySelector(`[name=${name}]`).setAttribute("aria-invalid", "true");
    if (wrong.length) {
      say(row.querySelector("[data-words]"), "Fill it in as a number, a time as 1:30.", { icon: "exclamation-circle", conflict: true });
      row.querySelector(`[name=${wrong[0]}]`).focus();
    }
    return !wrong.length;
  }

  number(entry) {
    entry.querySelectorAll("li").forEach((row, index) => {
      row.querySelector("[data-number]").textContent = index + 1;
      for (const field of row.querySelectorAll("[data-label]")) field.setAttribute("aria-label", `Set ${index + 1} ${field.dataset.label}`);
      row.querySelector("[data-tick] span").textContent = `Set ${index + 1} done`;
    });
    this.count();
  }

  listen(entry, row) {
    row.dataset.shown ??= this.text(row);
    let corrected = 0;
    row.addEventListener("change", () => {
      const unit = row.querySelector("[name=load_unit]")?.value;
      if (unit) this.unit = unit;
      if (row.dataset.set && this.change(entry, row)) corrected = Date.now();
    });
    // Enter in a field means that it is right; only the tick takes a set back, and not where it follows a correction at once.
    row.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      event.preventDefault();
      if (row.dataset.set) this.change(entry, row);
      else this.log(entry, row);
    });
    row.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!row.dataset.set) this.log(entry, row);
      else if (!this.change(entry, row) && Date.now() - corrected > SAME_TAP) this.remove(entry, row);
    });
  }

  done(row, id, version) {
    const tick = row.querySelector("[data-tick]");
    tick.classList.toggle("is-done", Boolean(id));
    tick.setAttribute("aria-pressed", String(Boolean(id)));
    row.classList.toggle("is-draft", !id);
    if (id) Object.assign(row.dataset, { set: id, version });
    else delete row.dataset.set;
  }

  log(entry, row) {
    if (!this.check(row, entry.dataset.measure)) return;
    const { client, exercise, name, measure } = entry.dataset;
    const id = newId();
    this.done(row, id, 1);
    row.dataset.shown = this.text(row);
    const which = exercise ? { exercise } : { new_exercise: { name, measure } };
    const body = { id, client: client === this.everybody ? null : client, ...which, ...this.read(row) };
    this.queue.add({ kind: "set", target: `set:${id}`, method: "POST", url: this.url, body, entry: { client, id: exercise, name, measure }, label: name });
    this.remind(entry);
    this.count();
  }

  /** Sends what was corrected; answers whether there was something to correct. */
  change(entry, row) {
    if (row.dataset.shown === this.text(row)) return false;
    if (!this.check(row, entry.dataset.measure)) return true;
    row.dataset.shown = this.text(row);
    const { set, version } = row.dataset;
    this.queue.add({ kind: "set", target: `set:${set}`, method: "PATCH", url: `${this.url}/${set}`, body: { version: Number(version), ...this.read(row) }, label: entry.dataset.name });
    return true;
  }

  remove(entry, row) {
    const { set, version } = row.dataset;
    this.done(row, "");
    this.queue.add({ kind: "set", target: `set:${set}`, method: "DELETE", url: `${this.url}/${set}?version=${version}`, label: entry.dataset.name });
    this.remind(entry);
    this.count();
  }

  /** Takes over who is in the session by now, from a fresh page. */
  people(fresh) {
    if (!this.who?.options || !fresh?.options) return;
    for (const option of fresh.options) {
      if (this.names.has(option.value) && [...this.who.options].some(({ value }) => value === option.value)) continue;
      this.who.append(document.adoptNode(option.cloneNode(true)));
      this.names.set(option.value, option.text);
    }
  }

  rowOf(id) {
    return this.list.querySelector(`[data-set="${id}"]`);
  }

  /** Says of each set that waits that it does; rows that the page has not got (it was loaded again) are made. */
  mark() {
    for (const row of this.list.querySelectorAll("[data-set]")) {
      const pieces = this.queue.of(`set:${row.dataset.set}`);
      if (pieces.some((piece) => piece.problem)) continue;
      const waits = pieces.length > 0 && (this.queue.state !== "online" || pieces.some(({ tries, late }) => tries > 1 || late));
      const place = row.querySelector("[data-words]");
      if (waits) say(place, WAITS);
      else if (!pieces.length || !place.classList.contains("is-conflict")) say(place);
    }
    for (const piece of this.queue.pieces.filter(({ method, url }) => method === "POST" && url === this.url)) {
      if (this.rowOf(piece.body.id) || !piece.entry) continue;
      const entry = this.entryOf(piece.entry.client, piece.entry) ?? this.make(piece.entry.client, piece.entry);
      this.done(this.row(entry, piece.body), piece.body.id, 1);
      this.focus();
    }
    for (const piece of this.queue.pieces.filter(({ kind }) => kind === "set")) {
      const row = this.rowOf(piece.target.slice(4));
      if (row && piece.method === "PATCH") this.fill(row, piece.body);
      if (row && piece.method === "DELETE" && !piece.problem) this.done(row, "");
      if (piece.problem && row && row.querySelector("[data-words]").hidden) this.refused(piece);
    }
  }

  sent({ piece, answer }) {
    if (piece.kind !== "set" || !answer?.id) return;
    const row = this.rowOf(answer.id);
    if (!row) return;
    row.dataset.version = answer.version;
    if (!this.queue.of(piece.target).length && !this.typing(row)) this.fill(row, answer);
    const entry = row.closest("[data-entry]");
    if (answer.exercise) entry.dataset.exercise = answer.exercise;
  }

  /** Says beside the row what stands against it, and offers both ways. */
  refused(piece) {
    if (piece.kind !== "set") return;
    const id = piece.target.slice(4);
    let row = this.rowOf(id);
    if (!row && piece.method === "DELETE") {
      this.queue.forget(piece);
      return void this.refresh();
    }
    if (!row) return;
    const { conflict, current } = piece.problem.details;
    const place = row.querySelector("[data-words]");
    const look = { icon: "exclamation-triangle", conflict: true };
    if (conflict === "version") {
      row.dataset.version = current.version;
      const theirs = () => { this.fill(row, current); this.queue.forget(piece); say(place); };
      const mine = () => { say(place); this.queue.again(piece, changed(piece, current.version)); };
      say(place, `Another device made it ${figures(current)} meanwhile.`, { ...look, buttons: { "Keep mine": mine, "Take theirs": theirs } });
    } else if (conflict === "gone" && piece.method === "PATCH") {
      const entry = row.closest("[data-entry]");
      const again = () => { this.queue.forget(piece); this.done(row, ""); say(place); this.log(entry, row); };
      const drop = () => { this.queue.forget(piece); row.remove(); this.number(entry); };
      say(place, "Another device took this set back meanwhile.", { ...look, buttons: { "Log it again": again, "Let it go": drop } });
    } else {
      const drop = () => { this.queue.forget(piece); this.refresh(); };
      const again = () => { say(place); this.queue.again(piece, piece.method === "DELETE" ? {} : { body: { ...piece.body, ...this.read(row) } }); };
      say(place, `Not taken: ${piece.problem.message}`, { ...look, buttons: { "Try again": again, "Let it go": drop } });
    }
  }

  /** Takes over what the log holds in a moment: once, however often it is asked to meanwhile. */
  soon() {
    this.due ??= setTimeout(() => {
      this.due = null;
      this.refresh();
    }, 3000);
  }

  /** Takes over what the log holds by now. */
  async refresh() {
    this.stale = true;
    if (this.asking) return; // one question at a time, however fast others log
    this.asking = true;
    while (this.stale) {
      this.stale = false;
      try {
        this.apply(await call(this.url));
      } catch (error) {
        // Without a network the page stays as it is, and asks again once the server may answer.
        clearTimeout(this.retry);
        if (!error.body?.error) this.retry = setTimeout(() => this.refresh(), 3000);
      }
    }
    this.asking = false;
  }

  apply(log) {
    this.last = log.last;
    const there = new Set();
    for (const found of log.entries) {
      const exercise = { id: found.exercise, name: found.exercise_name, measure: found.measure };
      const client = found.client ?? this.everybody ?? "group";
      if (this.names && !this.names.has(client)) this.names.set(client, found.client_name);
      const entry = this.entryOf(client, exercise) ?? this.make(client, exercise);
      entry.dataset.exercise = found.exercise;
      for (const set of found.sets) {
        there.add(set.id);
        this.take(entry, set);
      }
    }
    for (const row of this.list.querySelectorAll("[data-set]")) {
      if (there.has(row.dataset.set) || this.queue.of(`set:${row.dataset.set}`).length || this.typing(row)) continue;
      const entry = row.closest("[data-entry]");
      row.remove();
      this.number(entry);
      if (!entry.querySelector("li")) entry.remove();
    }
    for (const entry of this.entries) this.remind(entry);
    this.focus();
    this.mark();
  }

  typing(row) {
    return row.contains(document.activeElement) && row.dataset.shown !== this.text(row);
  }

  take(entry, set) {
    const row = this.rowOf(set.id);
    if (this.queue.of(`set:${set.id}`).length || (row && this.typing(row))) return;
    if (row) {
      row.dataset.version = set.version;
      this.fill(row, set);
      return;
    }
    const made = this.row(entry, set);
    this.done(made, set.id, set.version);
    const first = entry.querySelector(".is-draft");
    if (first && first !== made) first.before(made);
    this.number(entry);
  }
}

/** What a refused change or taking back becomes once the version there is has been seen. */
function changed({ method, url, body }, version) {
  return method === "DELETE" ? { url: url.replace(/version=\d+/, `version=${version}`) } : { body: { ...body, version } };
}
