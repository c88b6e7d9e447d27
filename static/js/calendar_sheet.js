// The sheet of a calendar: the hours of some days or of some trainers, rooms or locations; a month; a week of each of those.
// It draws cells and what stands in them. A cell whose events are as they were is left alone, so that one change among six
// hundred sessions draws one column.
import { block, dayHead, dayWords, lineOf, make, resourceHead, weekday } from "./calendar_nodes.js";
import { clockOf, daysBetween, HOUR_PX, intoLanes, minutesBetween, minutesOf, piecesOf, wallAt } from "./calendar_time.js";

const LANE_PX = 48; // what overlaps is never narrower: the sheet grows sideways and scrolls
const IN_A_MONTH = 4; // lines a day of a month shows before it counts the rest
const MORNING = 7; // the hour a day is first seen from
const OTHERS = { id: "-", title: "Others" };

/** Starts a sheet in an element. `show(period)` says what is drawn, `set(events)` what is in it. */
export function sheetIn(box) {
  const scroller = make("div", "cg-scroll");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "group");
  scroller.setAttribute("aria-label", "Timetable");
  box.replaceChildren(scroller);
  const sheet = {
    scroller, period: null, cells: [], byHours: false, set, show, put, hold, release, mark, unmark, tick,
    items: (cell) => [...cell.el.querySelectorAll(":scope > .ev:not(.pick, .clash, .is-lifted)")],
  };
  let drawn = ""; // which skeleton stands
  let events = [];
  let picked = null;
  let late = null; // events that came while a session was held
  let held = false;
  let line = null; // of the time it is now
  let scrolls = null; // where a new sheet is to stand once its columns have their widths

  function show(period) {
    sheet.period = period;
    sheet.byHours = period.unit === "day" || period.view === "week";
    frame();
  }

  // Nothing is drawn under somebody's hand: what comes while a session is held is shown once she has let go.
  function set(found) {
    if (held) return void (late = found);
    events = found;
    frame();
  }

  function hold() {
    held = true;
  }

  function release() {
    held = false;
    if (late) set(late);
    late = null;
  }

  // Shows a session elsewhere before the server has answered; what it answers is drawn over it.
  function put(event, changes) {
    set(events.map((one) => (one.id === event.id ? { ...one, ...changes } : one)));
  }

  // Sessions of a trainer who left, or of a room that is closed, stand in a column of their own rather than nowhere.
  function resources() {
    const { by, resources: known } = sheet.period;
    if (!by) return [null];
    const ids = new Set(known.map((one) => one.id));
    return events.some((event) => !ids.has(columnOf(event)) && event.kind !== "busy") ? [...known, OTHERS] : known;
  }

  function columnOf(event) {
    return { trainers: event.trainer, rooms: event.room, locations: event.location }[sheet.period.by];
  }

  function frame() {
    const { view, from, to, by } = sheet.period;
    const shown = resources();
    const key = JSON.stringify([view, from, to, sheet.period.today, shown]);
    if (key !== drawn) {
      drawn = key;
      if (sheet.byHours) drawHours(daysBetween(from, to), shown);
      else drawDays(daysBetween(from, to), shown);
      scroller.dataset.kind = sheet.byHours ? "hours" : by ? "roster" : "month";
    }
    fill(shown);
    if (scrolls !== null) scroller.scrollTop = scrolls;
    scrolls = null;
    if (picked) mark(picked);
    tick();
  }

  function drawHours(days, shown) {
    const again = scroller.dataset.kind === "hours";
    const head = make("div", "cg-head", make("div", "cg-corner"));
    const hours = make("div", "cg-hours");
    hours.setAttribute("aria-hidden", "true");
    for (let hour = 1; hour < 24; hour += 1) hours.append(at(make("span", "num", clockOf(hour * 60)), "top", `${hour * HOUR_PX}px`));
    const body = make("div", "cg-body", hours);
    sheet.cells = shown.flatMap((resource) => days.map((day) => ({ day, resource, row: 0, el: make("div", "cg-col") })));
    sheet.cells.forEach((cell, index) => {
      cell.column = index;
      const title = cell.resource ? resourceHead(cell.resource) : dayHead(cell.day);
      head.append(make("div", cell.day === sheet.period.today && !cell.resource ? "cg-col-head is-today" : "cg-col-head", title));
      name(cell);
      body.append(cell.el);
    });
    const top = again ? scroller.scrollTop : MORNING * HOUR_PX - 10;
    scroller.replaceChildren(head, body);
    scrolls = top;
  }

  function drawDays(days, shown) {
    const { by, unit, today } = sheet.period;
    const head = make("div", "cg-head");
    if (by) head.append(make("div", "cg-corner"));
    for (const day of days.slice(0, 7)) {
      head.append(make("div", day === today && by ? "cg-col-head is-today" : "cg-col-head", by ? dayHead(day) : weekday(day)));
    }
    const body = make("div", "cg-body");
    sheet.cells = [];
    shown.forEach((resource, number) => {
      if (resource) body.append(make("div", "cg-row-head", resourceHead(resource)));
      days.forEach((day, index) => {
        const cell = { day, resource, row: by ? number : Math.floor(index / 7), column: index % 7, el: make("div", "cg-day") };
        if (unit === "month") cell.el.classList.toggle("outside", day.slice(0, 7) !== sheet.period.date.slice(0, 7));
        cell.el.classList.toggle("is-today", day === today);
        name(cell);
        sheet.cells.push(cell);
        body.append(cell.el);
      });
    });
    scroller.replaceChildren(head, body);
  }

  function name(cell) {
    cell.el.cell = cell;
    cell.el.setAttribute("role", "group");
    cell.el.setAttribute("aria-label", [dayWords(cell.day), cell.resource?.title].filter(Boolean).join(", "));
  }

  function fill(shown) {
    const ids = new Set(shown.map((one) => one?.id));
    const focused = scroller.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    const found = new Map(sheet.cells.map((cell) => [`${cell.day} ${cell.resource?.id}`, []]));
    for (const event of events) {
      if (event.kind === "busy" && (sheet.period.unit === "month" || (sheet.period.by && sheet.period.by !== "trainers"))) continue;
      const own = sheet.period.by ? columnOf(event) : undefined;
      const column = ids.has(own) ? own : OTHERS.id;
      for (const piece of piecesOf(event)) found.get(`${piece.day} ${column}`)?.push(piece);
    }
    const widths = sheet.cells.map((cell) => fillCell(cell, found.get(`${cell.day} ${cell.resource?.id}`)));
    const least = sheet.byHours ? (sheet.period.by ? 144 : 88) : sheet.period.by ? 136 : 96;
    const tracks = sheet.byHours ? widths : widths.slice(0, 7).map(() => 1);
    const first = sheet.byHours ? "3.5rem " : sheet.period.by ? "10rem " : "";
    const template = first + tracks.map((lanes) => `minmax(${Math.max(least, lanes * LANE_PX)}px, ${lanes > 3 ? lanes : 3}fr)`).join(" ");
    for (const part of scroller.children) part.style.gridTemplateColumns = template;
    if (focused && document.activeElement.dataset.id !== focused) nodeOf(focused)?.focus({ preventScroll: true });
  }

  // Answers how many lanes the cell has.
  function fillCell(cell, pieces) {
    const signature = JSON.stringify(pieces.map((piece) => piece.event));
    if (cell.signature === signature) return cell.lanes;
    cell.signature = signature;
    cell.lanes = sheet.byHours ? intoLanes(pieces) : 1;
    if (sheet.byHours) cell.el.replaceChildren(...pieces.map(place));
    else cell.el.replaceChildren(...(sheet.period.by ? everyLine(pieces) : someLines(cell.day, pieces)));
    return cell.lanes;
  }

  function place(piece) {
    const height = Math.max(18, ((piece.to - piece.from) * HOUR_PX) / 60 - 2);
    const node = tag(block(piece.event, { height, slim: piece.lanes > 2, grip: true }), piece.event);
    at(node, "top", `${(piece.from * HOUR_PX) / 60}px`);
    at(node, "height", `${height}px`);
    at(node, "left", `${(piece.lane / piece.lanes) * 100}%`);
    return at(node, "width", `calc(${100 / piece.lanes}% - 3px)`);
  }

  function everyLine(pieces) {
    const letter = sheet.period.by !== "trainers";
    return ordered(pieces).map(({ event }) => tag(lineOf(event, { letter, whom: true }), event));
  }

  function someLines(day, pieces) {
    const all = ordered(pieces);
    const many = all.length > IN_A_MONTH;
    const date = make("a", "cg-date num", String(Number(day.slice(8))));
    Object.assign(date, { href: sheet.period.dayUrl(day) });
    date.dataset.go = "";
    date.setAttribute("aria-label", dayWords(day));
    const shown = all.slice(0, many ? IN_A_MONTH - 1 : IN_A_MONTH).map(({ event }) => tag(lineOf(event), event));
    if (!many) return [date, ...shown];
    const rest = make("a", "cg-more", `${all.length - shown.length} more`);
    Object.assign(rest, { href: sheet.period.dayUrl(day) });
    rest.dataset.go = "";
    rest.setAttribute("aria-label", `${rest.textContent} on ${dayWords(day)}`);
    return [date, ...shown, rest];
  }

  function nodeOf(id) {
    return id ? scroller.querySelector(`.ev[data-id="${CSS.escape(id)}"]`) : null;
  }

  function cellOf(day, resource) {
    const id = resource?.id;
    return sheet.cells.find((cell) => cell.day === day && (id === undefined || cell.resource?.id === id));
  }

  // The time that is being booked, or the time that was refused.
  function mark({ start, minutes = 60, resource, clash = false }) {
    unmark();
    picked = { start, minutes, resource, clash };
    const cell = sheet.byHours ? cellOf(start.slice(0, 10), resource) : null;
    if (!cell) return;
    const node = make("div", `ev ${clash ? "clash" : "pick"}`, make("span", "ev-title", clash ? "Clashes" : "New session"));
    node.append(make("small", "num", `${start.slice(11)} – ${wallAt(start.slice(0, 10), minutesOf(start) + minutes).slice(11)}`));
    at(node, "top", `${(minutesOf(start) * HOUR_PX) / 60}px`);
    at(node, "height", `${(minutes * HOUR_PX) / 60 - 2}px`);
    cell.el.append(node);
  }

  function unmark() {
    picked = null;
    for (const node of scroller.querySelectorAll(".ev.pick, .ev.clash")) node.remove();
  }

  // The line of the time it is: the server told what its clocks showed, and time goes on at the same pace here.
  function tick() {
    line?.remove();
    if (!sheet.byHours) return;
    const now = new Date(Date.parse(`${sheet.period.clock}:00Z`) + performance.now() - sheet.period.told).toISOString();
    const cells = sheet.cells.filter((cell) => cell.day === now.slice(0, 10));
    if (!cells.length) return;
    line = at(make("div", "cg-now"), "top", `${(minutesOf(now) * HOUR_PX) / 60}px`);
    line.setAttribute("aria-hidden", "true");
    const body = scroller.lastElementChild;
    at(line, "gridColumn", `${cells[0].column + 2} / span ${cells.length}`);
    body.append(line);
  }

  return sheet;
}

function at(node, property, value) {
  node.style[property] = value; // by the object model, which the policy allows: a style attribute it does not
  return node;
}

function tag(node, event) {
  node.event = event;
  node.dataset.id = event.id;
  return node;
}

const ordered = (pieces) => pieces.sort((one, two) => (one.event.start < two.event.start ? -1 : one.event.start > two.event.start ? 1 : 0));

/** Where an event would stand if it began elsewhere: its new `start`, `end` and resource. */
export function movedTo(event, { cell, from = minutesOf(event.start), minutes = minutesBetween(event.start, event.end) }) {
  const start = wallAt(cell.day, from);
  return { start, end: wallAt(cell.day, from + minutes), minutes, resource: cell.resource };
}
