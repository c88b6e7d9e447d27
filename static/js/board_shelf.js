// Where what waits to be sent is kept in this browser: sealed under a key that only the person's own page brings.
import { keyFrom, seal, unseal } from "./sealing.js";

const FOREIGN = 30 * 24 * 3600 * 1000; // what another person left here and never came back for

/** Keeps pieces in localStorage, each under `ff-board:<person>:<session>:<id>`. Without WebCrypto nothing is written. */
export class Shelf {
  constructor(person, key) {
    this.prefix = `ff-board:${person}:`;
    this.key = keyFrom(key);
    this.keeps = this.key !== null; // false: what waits lives as long as the page
    this.writing = Promise.resolve();
  }

  nameOf({ session, id }) {
    return `${this.prefix}${session}:${id}`;
  }

  put(piece) {
    if (!this.key) return;
    const now = structuredClone(piece);
    this.writing = this.writing.then(async () => {
      const sealed = await seal(this.key, now);
      localStorage.setItem(this.nameOf(now), JSON.stringify({ at: now.at, sealed }));
    }).catch(() => {
      this.keeps = false; // storage is full, or blocked
      this.failed?.();
    });
  }

  drop(piece) {
    this.writing = this.writing.then(() => localStorage.removeItem(this.nameOf(piece))).catch(() => {});
  }

  /** Whether another window of this browser has taken a piece away: it is sent, or was let go. */
  async lost(piece) {
    await this.writing;
    return this.keeps && localStorage.getItem(this.nameOf(piece)) === null;
  }

  /** Returns the piece that was kept under a name, or null for what is not hers to read, or broken. */
  async open(name, text) {
    try {
      const { at, sealed } = JSON.parse(text);
      return { at, session: name.split(":")[2], ...(await unseal(this.key, sealed)) };
    } catch {
      return null;
    }
  }

  /** Returns what she left, in the order in which it was entered. */
  async all() {
    if (!this.key) return [];
    const names = Object.keys(localStorage).filter((name) => name.startsWith("ff-board:"));
    const found = [];
    for (const name of names) {
      const text = localStorage.getItem(name);
      if (name.startsWith(this.prefix)) found.push(await this.open(name, text));
      else if (stale(text)) localStorage.removeItem(name);
    }
    return found.filter(Boolean).sort((one, two) => (one.id < two.id ? -1 : 1));
  }
}

function stale(text) {
  try {
    return Date.now() - JSON.parse(text).at > FOREIGN;
  } catch {
    return false;
  }
}
