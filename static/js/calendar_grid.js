// What the studio's calendar and my calendar share: the sheet of a desk, and moving through time without leaving the page.
// The server draws the period (`#cal-head`, `#cal-bar` with the list of a day); its `data-` says what the sheet shows.
import { draggable } from "./calendar_drag.js";
import { keyed } from "./calendar_keys.js";
import { sheetIn } from "./calendar_sheet.js";
import { clockOf, DAY } from "./calendar_time.js";
import { call, SIGNED_OUT } from "./ui.js";

const desk = window.matchMedia("(min-width: 768px)");
const HALF = 30;
const STEPS = ["cal-earlier", "cal-later"];
const UNREACHED = "That did not reach us. Try again in a moment.";
const OLD = "The calendar could not be read just now. What you see may be old.";

/**
 * Starts the page. `book({ starts, at, pick })` is told of a free time, `move(event, to)` of a session let go elsewhere, `undo()`
 * takes the last move back; without them none can be done. Answers `{ sheet(), period(), go(url), refresh() }`.
 */
export function calendarPage({ book, move, undo } = {}) {
  const box = document.getElementById("calendar");
  let sheet = null;
  let keys = null;
  let waiting = null;
  let asked = 0; // for events
  let turn = 0; // for a period
  let under = false; // a period is on its way
  const wrong = new Map(); // what could not be had, in words
  const steps = []; // back and on, asked for meanwhile

  const bar = () => document.getElementById("cal-bar");

  function period() {
    const { dataset } = bar();
    const resources = JSON.parse(document.getElementById("cal-resources")?.textContent || "[]");
    const changes = JSON.parse(document.getElementById("cal-changes").textContent);
    return { ...dataset, resources, changes, told: performance.now(), dayUrl: (day) => dayUrl(dataset.query, day) };
  }

  function say(text) {
    document.getElementById("cal-say").textContent = text;
  }

  function begin() {
    sheet = sheetIn(box);
    const free = book && (({ day, from, ...rest }) => {
      const starts = from === null ? day : `${day}T${clockOf(from)}`;
      book({ starts, pick: from === null ? null : { start: starts, resource: rest.resource }, ...rest });
    });
    if (move) draggable(sheet, move);
    keys = keyed(sheet, { book: free, drop: move, undo, say });
    if (free) sheet.scroller.addEventListener("click", (click) => clicked(click, free));
    setInterval(() => sheet.tick(), 60000);
  }

  function clicked(click, free) {
    const el = click.target.closest(".cg-col, .cg-row, .cg-day");
    if (!el || click.target.closest("a, button, .ev:not(.pick, .clash)")) return;
    const { axis } = sheet;
    const inside = axis.of({ x: click.clientX, y: click.clientY }) - axis.start(el.getBoundingClientRect());
    const from = sheet.byHours ? Math.min(DAY - HALF, Math.floor(axis.minutes(inside) / HALF) * HALF) : null;
    free({ day: el.cell.day, from, resource: el.cell.resource, at: click });
  }

  async function draw() {
    if (!desk.matches) return;
    if (!sheet) begin();
    sheet.show(period());
    await fetchEvents();
  }

  // Answers may come in another order than they were asked for: only the last one counts.
  async function fetchEvents() {
    const mine = ++asked;
    try {
      const answer = await call(`${box.dataset.events}${bar().dataset.asks}`, { redirect: "manual" });
      if (mine !== asked) return;
      answer.events.forEach((event, index) => { event.id ||= `busy-${index}`; });
      trouble("events", "");
      sheet.set(answer.events);
      keys.settle();
      box.dataset.drawn = String(answer.events.length);
    } catch (error) {
      if (mine === asked) trouble("events", error.status ? OLD : error.message);
    }
  }

  // What went wrong is said, with the way to try again; nothing that stands in the page goes away for it. Period and events are
  // asked for apart: that one of them can be had does not say that the other can.
  function trouble(what, words, url = window.location.href) {
    if (words) wrong.set(what, { words, url });
    else wrong.delete(what);
    const [first] = wrong.values();
    const alert = document.getElementById("cal-trouble");
    alert.querySelector("span").textContent = first?.words ?? "";
    alert.querySelector("a").href = first?.url ?? "";
    alert.hidden = !first;
  }

  async function parts(url) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, redirect: "manual", credentials: "same-origin" });
    if (answer.type === "opaqueredirect") throw new Error(SIGNED_OUT);
    if (!answer.ok) throw new Error(OLD);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function words(error) {
    return [SIGNED_OUT, OLD].includes(error.message) ? error.message : UNREACHED;
  }

  function take(page, id) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
  }

  async function go(url, { push = true } = {}) {
    const mine = ++turn;
    under = true;
    box.setAttribute("aria-busy", "true");
    try {
      const page = await parts(url);
      if (mine !== turn) return;
      if (push) window.history.pushState({}, "", url);
      await turnTo(page);
    } catch (error) {
      if (mine === turn) trouble("period", words(error), url);
      steps.length = 0;
    }
    if (mine !== turn) return;
    under = false;
    box.removeAttribute("aria-busy");
    if (steps.length) document.getElementById(steps.shift())?.click();
  }

  async function turnTo(page) {
    const focused = document.activeElement?.id;
    const inside = sheet?.scroller.contains(document.activeElement);
    const open = document.querySelector("#cal-bar details[open]");
    for (const id of ["cal-head", "cal-bar"]) take(page, id);
    if (open) document.querySelector("#cal-bar details").open = true;
    document.title = page.title || document.title;
    if (focused) document.getElementById(focused)?.focus();
    if (inside) sheet.scroller.focus({ preventScroll: true });
    const alert = document.getElementById("cal-alert");
    if (alert) alert.hidden = true;
    trouble("period", "");
    say(document.querySelector("#cal-head h1").textContent);
    await draw();
  }

  // Several changes at once (a busy minute, a reconnect) are one refresh. It leaves the page alone where it cannot be had:
  // somebody may be writing in a form.
  function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = turn;
      if (sheet && desk.matches) fetchEvents();
      try {
        const page = await parts(window.location.href);
        if (mine !== turn) return;
        for (const id of ["cal-summary", "cal-agenda"]) take(page, id);
        trouble("period", "");
      } catch (error) {
        if (mine === turn) trouble("period", words(error));
      }
    }, 120);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Whoever goes on faster than the network answers arrives where she would have.
    if (under && STEPS.includes(link.id)) return void steps.push(link.id);
    go(link.getAttribute("href"));
  });
  // Many boxes are ticked or cleared at once. With none there is no filter yet: the next tick makes one.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tick]");
    if (!button) return;
    const boxes = button.closest("fieldset").querySelectorAll("input[type=checkbox]");
    for (const one of boxes) one.checked = button.dataset.tick === "all";
    if (button.dataset.tick === "all") go(filtered(button.form));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form) go(filtered(form));
  });
  document.addEventListener("keydown", (key) => {
    if (key.key !== "?" || key.target.closest("input, textarea, select, dialog")) return;
    document.querySelector("[data-dialog='keys']")?.click();
  });
  window.addEventListener("popstate", () => go(window.location.href, { push: false }));
  window.addEventListener("online", refresh);
  desk.addEventListener("change", draw);
  draw();
  return { sheet: () => sheet, period, go, refresh };
}

// The same address for one day, with the filters as they are.
function dayUrl(query, day) {
  const words = new URLSearchParams(query);
  words.set("view", "day");
  words.set("date", day);
  return `?${words}`;
}

// A group with everything chosen, or nothing, is no filter and stays out of the address.
function filtered(form) {
  const query = new URLSearchParams();
  for (const { name, value } of form.querySelectorAll("input[type=hidden]")) query.set(name, value);
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  for (const name of new Set(boxes.map((box) => box.name))) {
    const group = boxes.filter((box) => box.name === name);
    const chosen = group.filter((box) => box.checked);
    if (chosen.length < group.length) chosen.forEach((box) => query.append(name, box.value));
  }
  return `?${query}`;
}

/** Puts a dialog beside a point of a desk; on a phone it stays the sheet from below. */
export function placeBeside(dialog, { clientX, clientY } = {}) {
  dialog.classList.toggle("beside", desk.matches && clientX !== undefined);
  if (!dialog.classList.contains("beside")) return;
  const { width, height } = dialog.getBoundingClientRect();
  const right = clientX + 24 + width < window.innerWidth;
  const left = right ? clientX + 24 : Math.max(16, clientX - width - 24);
  const top = Math.min(Math.max(16, clientY - 80), Math.max(16, window.innerHeight - height - 16));
  dialog.style.setProperty("--beside-left", `${left}px`);
  dialog.style.setProperty("--beside-top", `${top}px`);
}
