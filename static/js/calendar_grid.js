// What the studio's calendar and my calendar share: the grid of a desk, and moving through time without leaving the page.
// The server draws the period (`#cal-head`, `#cal-bar` with the list of a day); its `data-` says what the grid shows.
import { createCalendar, DayGrid, Interaction, ResourceTimeGrid, TimeGrid } from "../vendor/event-calendar/event-calendar.js";
import { look } from "./calendar_look.js";
import { call } from "./ui.js";

const KINDS = {
  day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth", trainers: "resourceTimeGridDay", rooms: "resourceTimeGridDay",
};
const desk = window.matchMedia("(min-width: 768px)");

/** Starts the page; `options` go to the grid. Answers `{ grid(), period(), go(url), refresh() }`. */
export function calendarPage(options = {}) {
  const box = document.getElementById("calendar");
  let grid = null;
  let waiting = null;

  const bar = () => document.getElementById("cal-bar");
  const period = () => ({ ...bar().dataset, resources: JSON.parse(document.getElementById("cal-resources")?.textContent || "{}") });

  async function events({ startStr, endStr }) {
    const query = new URLSearchParams(bar().dataset.query);
    query.set("from", startStr.slice(0, 10));
    query.set("to", endStr.slice(0, 10));
    const answer = await call(`${box.dataset.events}?${query}`);
    return answer.events.map((event, index) => toEvent(event, index, bar().dataset.view));
  }

  function shown() {
    const { view, date, offset, resources } = period();
    return { view: KINDS[view], date, timeZone: offset, resources: resources[view] ?? [] };
  }

  function draw() {
    if (!desk.matches) return;
    if (!grid) {
      grid = createCalendar(box, [TimeGrid, DayGrid, ResourceTimeGrid, Interaction], {
        ...look(), ...shown(), views: { dayGridMonth: { ...look().views.dayGridMonth, height: "max(54rem, 100dvh - 15rem)" } },
        slotMinTime: "00:00", slotMaxTime: "24:00", slotHeight: 28, height: "max(36rem, 100dvh - 16rem)",
        slotEventOverlap: false, lazyFetching: false, pointer: true, editable: false, eventSources: [{ events }],
        eventFilter: ({ event, view }) => !(view.type === "dayGridMonth" && event.classNames.includes("busy")),
        resourceLabelContent: ({ resource }) => ({ domNodes: columnHead(resource) }),
        viewDidMount: letKeysScroll,
        ...options,
      });
      return;
    }
    for (const [name, value] of Object.entries(shown())) grid.setOption(name, value);
    grid.refetchEvents();
  }

  // An empty week has nothing to tab to, yet its hours scroll.
  function letKeysScroll() {
    const hours = box.querySelector(".ec-main");
    hours?.setAttribute("tabindex", "0");
    hours?.setAttribute("aria-label", "Timetable");
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
    const page = await parts(url);
    if (!page) return;
    if (push) window.history.pushState({}, "", url);
    const open = document.querySelector("#cal-bar details[open]");
    for (const id of ["cal-head", "cal-bar"]) take(page, id);
    if (open) document.querySelector("#cal-bar details").open = true;
    document.title = page.title || document.title;
    if (focused) document.getElementById(focused)?.focus();
    draw();
  }

  // Several changes at once (a busy minute, a reconnect) are one refresh.
  function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      grid?.refetchEvents();
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
  window.addEventListener("popstate", () => go(window.location.href, { push: false }));
  desk.addEventListener("change", draw);
  draw();
  return { grid: () => grid, period, go, refresh };
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

function toEvent(event, index, view) {
  const busy = event.kind === "busy";
  const classNames = [busy ? "busy" : `hue-${event.hue}`];
  if (event.gone) classNames.push("gone");
  if (event.kind === "held") classNames.push("held");
  return {
    id: event.id || `busy-${index}`,
    start: event.start, end: event.end, title: event.title, classNames,
    editable: event.movable, startEditable: event.movable, durationEditable: event.movable,
    // A room is never busy elsewhere: its columns leave those spans out.
    resourceIds: view === "rooms" ? (busy ? [] : [event.room]) : [event.trainer],
    extendedProps: event,
  };
}

function columnHead({ title, extendedProps: { letter, hue } = {} }) {
  const name = document.createElement("span");
  name.textContent = title;
  if (!letter) return [name];
  const head = document.createElement("span");
  head.className = "col-name";
  const mark = document.createElement("span");
  mark.className = `mono tiny hue-${hue}`;
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = letter;
  head.append(mark, name);
  return [head];
}

/** Writes a local date of the grid as wall-clock time: "2026-11-19T10:00". */
export function wallClock(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
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
