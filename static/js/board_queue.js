// What is entered on a session board goes through here: one after the other, at once while there is a network, else as soon
// as there is one again. What waits is kept in this browser, encrypted under a key that only the person's own page brings,
// and is gone once it is sent. Each piece carries an id made here, so that the server takes it once however often it comes.
import { keyFrom, seal, unseal } from "./sealing.js";
import { call } from "./ui.js";

const KEPT = 3 * 24 * 3600 * 1000; // what nobody came back for
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;

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

/** Keeps pieces in localStorage, each under `ff-board:<person>:<session>:<id>`. Without WebCrypto nothing is written. */
class Shelf {
  constructor(person, session, key) {
    this.prefix = `ff-board:${person}:${session}:`;
    this.key = keyFrom(key);
    this.keeps = this.key !== null; // false: what waits lives as long as the page
    this.writing = Promise.resolve();
  }

  put(id, piece) {
    if (!this.key) return;
    const now = structuredClone(piece);
    this.writing = this.writing.then(async () => {
      const sealed = await seal(this.key, now);
      localStorage.setItem(this.prefix + id, JSON.stringify({ at: Date.now(), sealed }));
    }).catch(() => {
      this.keeps = false; // storage is full, or blocked
      this.failed?.();
    });
  }

  drop(id) {
    this.writing = this.writing.then(() => localStorage.removeItem(this.prefix + id)).catch(() => {});
  }

  async all() {
    const found = [];
    if (!this.key) return found;
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith("ff-board:"))) {
      try {
        const { at, sealed } = JSON.parse(localStorage.getItem(name));
        if (Date.now() - at > KEPT) localStorage.removeItem(name);
        if (!name.startsWith(this.prefix)) continue;
        found.push(await unseal(this.key, sealed));
      } catch {
        // Not ours to read, or broken: it goes when its time is over.
      }
    }
    return found.sort((one, two) => (one.id < two.id ? -1 : 1));
  }
}

/** Sends pieces {kind, target, method, url, body}; tells `change`, `sent` {piece, answer} and `refused` {piece}. */
export class Queue extends EventTarget {
  constructor({ person, session, key }) {
    super();
    this.shelf = new Shelf(person, session, key);
    this.shelf.failed = () => this.tell("change");
    this.pieces = [];
    this.state = navigator.onLine ? "online" : "offline"; // or "signed-out"
    this.pause = FIRST_PAUSE;
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.become("offline"));
    window.addEventListener("beforeunload", (leaving) => !this.keeps && this.waiting.length && leaving.preventDefault());
    document.addEventListener("fitflow:socket", () => this.state === "offline" && this.wake());
  }

  /** Takes up what waited when the page was left. */
  async load() {
    this.pieces.push(...(await this.shelf.all()));
    this.tell("change");
    this.run();
  }

  /** Whether what waits is written down in this browser. */
  get keeps() {
    return this.shelf.keeps;
  }

  get waiting() {
    return this.pieces.filter((piece) => !piece.problem);
  }

  of(target) {
    return this.pieces.filter((piece) => piece.target === target);
  }

  /** Adds a piece. What was not tried yet of the same target becomes one with it. */
  add(piece) {
    const before = this.of(piece.target).at(-1);
    if (before && !before.tries && !before.problem && this.merge(before, piece)) return;
    if (before?.problem) this.forget(before);
    const added = { ...piece, id: newId(), tries: 0 };
    this.pieces.push(added);
    this.shelf.put(added.id, added);
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
      this.shelf.put(before.id, before);
    }
    this.tell("change");
    this.run();
    return true;
  }

  forget(piece) {
    this.pieces = this.pieces.filter((one) => one !== piece);
    this.shelf.drop(piece.id);
    this.tell("change");
  }

  /** Sends a refused piece again as something else: another id, because the server may know the first. */
  again(piece, body, { method = piece.method, url = piece.url } = {}) {
    this.forget(piece);
    this.add({ kind: piece.kind, target: piece.target, method, url, body });
  }

  wake() {
    clearTimeout(this.timer);
    this.pause = FIRST_PAUSE;
    if (this.state !== "signed-out") this.become("online");
    this.run();
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell("change");
  }

  get next() {
    const stuck = new Set(this.pieces.filter((piece) => piece.problem).map((piece) => piece.target));
    return this.waiting.find((piece) => !stuck.has(piece.target));
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.next && this.state !== "signed-out" && navigator.onLine) {
        if (!(await this.send(this.next))) break;
      }
    } finally {
      this.running = false;
    }
  }

  async send(piece) {
    piece.tries += 1;
    this.shelf.put(piece.id, piece);
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
      this.shelf.put(later.id, later);
    }
    this.become("online");
    this.tell("sent", { piece, answer });
  }

  failed(piece, error) {
    const { status = 0, body } = error;
    if (status === 404 && piece.method === "DELETE") {
      this.done(piece, null);
      return true;
    }
    if (status === 401 || (status === 403 && !body?.error) || (status === 403 && /CSRF/.test(error.message))) {
      this.become("signed-out");
      return false;
    }
    if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
      piece.problem = { status, message: error.message, details: body?.error?.details ?? {} };
      this.shelf.put(piece.id, piece);
      this.tell("refused", { piece });
      this.tell("change");
      return true;
    }
    this.become(status ? "busy" : "offline");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    return false;
  }

  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
