// What waits as a whole; what was refused and has no row of its own on the page; what is too old to be sent without asking.
import { many, named } from "./board_words.js";
import { ask } from "./ui.js";

const day = (at) => new Intl.DateTimeFormat(document.documentElement.lang || "en-CA", { day: "numeric", month: "long" }).format(at);

function made(name, words, more = {}) {
  return Object.assign(document.createElement(name), { textContent: words, ...more });
}

function button(words, act) {
  const one = made("button", words, { type: "button", className: "btn btn-quiet btn-sm" });
  one.addEventListener("click", act);
  return one;
}

export class Banner {
  /** `hasPlace(piece)` says whether what was refused is said beside a row of the page. */
  constructor(place, queue, hasPlace) {
    Object.assign(this, { place, queue, hasPlace, said: "" });
    this.line = place.querySelector("p");
    this.list = place.querySelector("ul");
  }

  tell() {
    const refused = this.queue.pieces.filter((piece) => piece.problem && !this.hasPlace(piece));
    const { late } = this.queue;
    const words = this.words();
    const said = JSON.stringify([words, refused.map(({ id, problem }) => [id, problem.message]), late.map(({ id }) => id)]);
    if (said === this.said) return; // a button that is about to be pressed stays where it is
    this.said = said;
    this.line.replaceChildren(...words);
    this.line.hidden = !words.length;
    this.list.replaceChildren(...(late.length ? [this.asks(late)] : []), ...refused.map((piece) => this.refusal(piece)));
    this.list.hidden = !this.list.childNodes.length;
    this.place.hidden = !words.length && this.list.hidden;
  }

  words() {
    const { state, keeps } = this.queue;
    const count = this.queue.waiting.length;
    const things = `${many(count, "entry is", "entries are")} waiting to be sent.`;
    if (state === "signed-out") {
      const back = made("a", "Sign in", { href: window.location.pathname });
      back.toJSON = () => "sign in";
      return [`You were signed out. ${count ? things : ""} `, back];
    }
    if (state === "offline") {
      const kept = keeps ? "What you enter is kept on this device and sent when you are back." : "This browser cannot keep what you enter: leave this page open until it is sent.";
      return [`You are offline. ${kept} ${count ? things : ""}`];
    }
    if (state === "slow" && count) return [`That was much at once. ${things} It goes on by itself.`];
    if (state === "busy" && count) return [`The studio's server does not answer. ${things}`];
    return [];
  }

  /** Asks about what was entered days ago: sent then, it may stand where it does not belong any more. */
  asks(late) {
    const item = document.createElement("li");
    const what = late.slice(0, 5).map(named).join("; ") + (late.length > 5 ? `; and ${late.length - 5} more` : "");
    const throwAway = async () => {
      const title = `Throw away ${many(late.length, "entry", "entries")}?`;
      if (await ask({ title, text: what, label: "Throw away" })) late.forEach((piece) => this.queue.forget(piece));
    };
    const when = day(Math.min(...late.map(({ at }) => at)));
    item.append(`${many(late.length, "entry was", "entries were")} not sent on ${when}: ${what}. `, button("Send", () => this.queue.sendLate()), button("Throw away", throwAway));
    return item;
  }

  refusal(piece) {
    const item = made("li", `${named(piece)} was not taken: ${piece.problem.message} `);
    if (piece.session !== this.queue.session) item.append(made("a", "Open its session", { href: `/sessions/${piece.session}/` }), " ");
    item.append(button("Let it go", () => this.queue.forget(piece)));
    if (piece.kind === "note") {
      const { body, sections } = piece.body;
      const words = body ?? sections.map(({ heading, text }) => `${heading}\n${text}`).join("\n\n");
      const details = document.createElement("details");
      details.append(made("summary", "What you wrote"), made("p", words, { className: "note-words" }));
      item.append(details);
    }
    return item;
  }
}
