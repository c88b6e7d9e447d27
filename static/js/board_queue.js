// What is entered on a session board goes through here: one after the other, at once while there is a network, else as soon
// as there is one again. What waits is kept in this browser, encrypted under a key that only the person's own page brings,
// and is gone once it is sent. Each piece carries an id made here, so that the server takes it once however often it comes.
import { Shelf } from "./board_shelf.js";
import { call } from "./ui.js";

const DAY = 24 * 3600 * 1000;
const LATE = 3 * DAY; // what is older is not sent by itself any more: she is asked
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
const PATIENCE = 20000; // for another window that is sending
const FAULTS = 3; // so often the server may break at a piece before the others go first

let latest = 0;

/** A new id, sorted by birth (UUID version 7); none of this page has the millisecond of another. */
export function newId() {
  latest = Math.max(Date.now(), latest + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const chance = BigInt(((bytes[6] & 0x0f) << 8) | bytes[7]);
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(latest) << 16n) | (7n << 12n) | chance);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Returns when an id was made, by the clock of who made it. */
function bornAt(id) {
  return parseInt(id.replaceAll("-", "").slice(0, 12), 16);
}

/** Does the work while no other window of this browser does it; one that has hung is not waited for. */
async function alone(name, work) {
  if (!navigator.locks) return work();
  let began = false;
  const mine = () => {
    began = true;
    return work();
  };
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE) }, mine);
  } catch (error) {
    if (began) throw error;
    return work();
  }
}

/** Whether she is asked before it is sent: it is days old; or a note the server may have, and no longer knows the key of. */
function isLate({ at, kind, tries }) {
  const age = Date.now() - at;
  return age > LATE || (kind === "note" && tries > 0 && age > DAY);
}

/** Sends pieces {kind, target, method, url, body}; tells `change`, `sent` {piece, answer} and `refused` {piece}. */
export class Queue extends EventTarget {
  constructor({ person, session, key }) {
    super();
    this.session = session;
    this.shelf = new Shelf(person, key);
    this.shelf.failed = () => this.tell("change");
    this.pieces = [];
    this.state = navigator.onLine ? "online" : "offline"; // or "signed-out"
    this.pause = FIRST_PAUSE;
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.become("offline"));
    window.addEventListener("storage", ({ key: name, newValue }) => this.hear(name, newValue));
    window.addEventListener("beforeunload", (leaving) => !this.keeps && this.waiting.length && leaving.preventDefault());
    document.addEventListener("fitflow:socket", () => this.state === "offline" && this.wake());
  }

  /** Takes up what waited when a page was left: this session's, and that of sessions she has not come back to. */
  async load() {
    const kept = await this.shelf.all();
    const here = new Set(this.pieces.map(({ id }) => id));
    this.pieces.unshift(...kept.filter(({ id }) => !here.has(id)));
    for (const piece of kept) {
      piece.late = isLate(piece);
      latest = Math.max(latest, bornAt(piece.id)); // a clock that was set back since does not put new ones before them
    }
    this.tell("change");
    this.run();
  }

  /** Follows what another window of this browser adds, sends or lets go. */
  async hear(name, text) {
    if (!name?.startsWith(this.shelf.prefix)) return;
    const known = this.pieces.find(({ id }) => id === name.split(":")[3]);
    if (text === null) return void this.left(known);
    const found = await this.shelf.open(name, text);
    if (!found) return;
    if (known) Object.assign(known, { problem: undefined }, found);
    else if (!this.pieces.some(({ id }) => id === found.id)) this.pieces.push(found);
    this.tell("change");
  }

  /** Whether what waits is written down in this browser. */
  get keeps() {
    return this.shelf.keeps;
  }

  get waiting() {
    return this.pieces.filter(({ problem, late }) => !problem && !late);
  }

  /** What is too old to be sent without asking. */
  get late() {
    return this.pieces.filter(({ problem, late }) => !problem && late);
  }

  of(target) {
    return this.pieces.filter((piece) => piece.target === target);
  }

  /** Adds a piece. What was not tried yet of the same target becomes one with it. */
  add(piece) {
    for (const one of this.of(piece.target)) one.late = false; // she is at it again
    const before = this.of(piece.target).at(-1);
    if (before && !before.tries && !before.problem && this.merge(before, piece)) return;
    if (before?.problem) this.forget(before);
    const added = { session: this.session, ...piece, id: newId(), at: Date.now(), tries: 0 };
    this.pieces.push(added);
    this.shelf.put(added);
    this.tell("change");
    this.run();
  }

  merge(before, piece) {
    if (piece.method === "DELETE" && before.method === "POST") {
      this.forget(before);
    } else if (piece.method === "DELETE") {
      this.forget(before);
      return false;
    } else if (before.method === "DELETE") {
      return false;
    } else {
      // The earlier one is what the server has not seen: it keeps what it knew (`was`, `version`), and says the newest.
      const { was, version } = before.body;
      before.body = { ...before.body, ...piece.body, ...(was === undefined ? {} : { was }), ...(version === undefined ? {} : { version }) };
      Object.assign(before, { at: Date.now(), late: false });
      this.shelf.put(before);
    }
    this.tell("change");
    this.run();
    return true;
  }

  forget(piece) {
    this.shelf.drop(piece);
    this.left(piece);
  }

  /** Takes a piece out of the list; with nothing left to try the network by, the browser is believed. */
  left(piece) {
    this.pieces = this.pieces.filter((one) => one !== piece);
    if (!this.waiting.length && this.state !== "signed-out" && navigator.onLine) this.state = "online";
    this.tell("change");
  }

  /** Sends a refused piece again, perhaps as something else: another id, because the server may know the first. */
  again({ problem, late, faults, ...piece }, changes = {}) {
    this.forget(this.pieces.find(({ id }) => id === piece.id) ?? piece);
    this.add({ ...piece, ...changes });
  }

  /** Sends what she was asked about. */
  sendLate() {
    for (const piece of this.late) {
      Object.assign(piece, { late: false, at: Date.now() });
      this.shelf.put(piece);
    }
    this.tell("change");
    this.run();
  }

  wake() {
    clearTimeout(this.timer);
    this.pause = FIRST_PAUSE;
    if (this.state !== "signed-out") this.become("online");
    this.woken = this.running; // what is failing just now is tried again at once
    this.run();
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell("change");
  }

  get next() {
    const stuck = new Set(this.pieces.filter(({ problem, late }) => problem || late).map(({ target }) => target));
    const free = this.waiting.filter(({ target }) => !stuck.has(target));
    const weight = ({ faults = 0 }) => (faults < FAULTS ? 0 : faults);
    return free.reduce((best, one) => (best && weight(best) <= weight(one) ? best : one), null);
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      if (this.next) await alone(`${this.shelf.prefix}sends`, () => this.sendAll());
    } finally {
      this.running = false;
    }
    if (!this.woken) return;
    this.woken = false;
    this.run();
  }

  async sendAll() {
    while (this.next && this.state !== "signed-out" && navigator.onLine) {
      if (!(await this.send(this.next))) break;
    }
  }

  async send(piece) {
    if (await this.shelf.lost(piece)) {
      this.left(piece);
      return true;
    }
    piece.tries += 1;
    this.shelf.put(piece);
    try {
      const answer = await call(piece.url, {
        method: piece.method, body: piece.body, headers: { "Idempotency-Key": piece.id }, signal: AbortSignal.timeout(15000),
      });
      this.done(piece, answer);
    } catch (error) {
      return this.failed(piece, error);
    }
    return true;
  }

  done(piece, answer) {
    this.pause = FIRST_PAUSE;
    this.forget(piece);
    // What was entered after it knew what it left behind.
    for (const later of this.of(piece.target)) {
      if (later.problem) continue;
      if (answer?.version && later.method === "PATCH") later.body.version = answer.version;
      if (answer?.version && later.method === "DELETE") later.url = later.url.replace(/version=\d+/, `version=${answer.version}`);
      if (later.body?.was !== undefined) later.body.was = piece.body.attendance;
      this.shelf.put(later);
    }
    this.become("online");
    this.tell("sent", { piece, answer });
  }

  failed(piece, error) {
    const { status = 0, body } = error;
    const ours = Boolean(body?.error); // else it is a proxy that speaks, a café's sign-in page, a server that is starting
    if (ours && status === 404 && piece.method === "DELETE") {
      this.done(piece, null);
      return true;
    }
    if (status === 401 || (status === 403 && (!ours || /CSRF/.test(error.message)))) {
      this.become("signed-out");
      return false;
    }
    if (ours && status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
      piece.problem = { status, message: error.message, details: body.error.details ?? {} };
      this.shelf.put(piece);
      this.tell("refused", { piece });
      this.tell("change");
      return true;
    }
    if (status === 500) piece.faults = (piece.faults ?? 0) + 1;
    if (piece.faults >= FAULTS && (this.next.faults ?? 0) < FAULTS) return true; // the others first
    this.become(status === 429 ? "slow" : status ? "busy" : "offline");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    return false;
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
