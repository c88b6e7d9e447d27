// What the studio's calendar and my calendar share: the sheet of a desk, and moving through time without leaving the page.
// The server draws the period (`#cal-head`, `#cal-bar` with the list of a day); its `data-` says what the sheet shows.
import { draggable } from "./calendar_drag.js";
import { keyed } from "./calendar_keys.js";
import { sheetIn } from "./calendar_sheet.js";
import { clockOf, HOUR_PX } from "./calendar_time.js";
import { call } from "./ui.js";

const desk = window.matchMedia("(min-width: 768px)");
const HALF = 30;

/**
 * Starts the page. `book({ starts, at, pick })` is told of a free time, `move(event, to)` of a session let go elsewhere; without
 * them neither can be done. Answers `{ sheet(), period(), go(url), refresh() }`.
 */
export function calendarPage({ book, move } = {}) {
  const box = document.getElementById("calendar");
  let sheet = null;
  let keys = null;
  let waiting = null;
  let asked = 0;

  const bar = () => document.getElementById("cal-bar");

  function period() {
    const { dataset } = bar();
    const resources = JSON.parse(document.getElementById("cal-resources")?.textContent || "[]");
    return { ...dataset, resources, told: performance.now(), dayUrl: (day) => dayUrl(dataset.query, day) };
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
    keys = keyed(sheet, { book: free, drop: move, say });
    if (free) sheet.scroller.addEventListener("click", (click) => clicked(click, free));
    setInterval(() => sheet.tick(), 60000);
  }

  function clicked(click, free) {
    const el = click.target.closest(".cg-col, .cg-day");
    if (!el || click.target.closest("a, button, .ev:not(.pick, .clash)")) return;
    const from = sheet.byHours ? Math.floor((((click.clientY - el.getBoundingClientRect().top) / HOUR_PX) * 60) / HALF) * HALF : null;
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
    const { events } = await call(`${box.dataset.events}${bar().dataset.asks}`);
    if (mine !== asked) return;
    events.forEach((event, index) => { event.id ||= `busy-${index}`; });
    sheet.set(events);
    keys.settle();
    box.dataset.drawn = String(events.length);
  }

  async function parts(url) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return void window.location.assign(url);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function take(page, id) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
  }

  async function go(url, { push = true } = {}) {
    const focused = document.activeElement?.id;
    const inside = sheet?.scroller.contains(document.activeElement);
    const page = await parts(url);
    if (!page) return;
    if (push) window.history.pushState({}, "", url);
    const open = document.querySelector("#cal-bar details[open]");
    for (const id of ["cal-head", "cal-bar"]) take(page, id);
    if (open) document.querySelector("#cal-bar details").open = true;
    document.title = page.title || document.title;
    if (focused) document.getElementById(focused)?.focus();
    if (inside) sheet.scroller.focus({ preventScroll: true });
    say(document.querySelector("#cal-head h1").textContent);
    await draw();
  }

  // Several changes at once (a busy minute, a reconnect) are one refresh.
  function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (sheet && desk.matches) fetchEvents();
      const page = await parts(window.location.href);
      if (page) for (const id of ["cal-summary", "cal-agenda"]) take(page, id);
    }, 120);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
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
