// The sheet of a calendar: the hours of some days or of some trainers, rooms or locations, downwards or across; a month; a week of
// each of those. It draws cells and what stands in them. A cell whose events are as they were is left alone, so that one change
// among six hundred sessions draws one column.
import { at, axisOf } from "./calendar_axis.js";
import { block, changeOf, changeWords, dayHead, dayWords, lineOf, make, resourceHead, weekday } from "./calendar_nodes.js";
import { clockOf, DAY, daysBetween, endOf, intoLanes, minutesBetween, minutesOf, piecesOf, wallAt } from "./calendar_time.js";

const LANE_PX = 48; // what overlaps is never narrower: the sheet grows sideways and scrolls
const SLIM_PX = 84; // below this a session puts its letter above its words
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
    scroller, period: null, cells: [], byHours: false, axis: axisOf(false), set, show, put, hold, release, mark, unmark, tick,
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
    const across = period.view.endsWith("-hours");
    sheet.byHours = period.unit === "day" || period.view === "week";
    sheet.axis = axisOf(across);
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
    const key = JSON.stringify([view, from, to, sheet.period.today, sheet.period.changes, shown]);
    if (key !== drawn) {
      drawn = key;
      if (sheet.axis.across) drawAcross(from, shown);
      else if (sheet.byHours) drawHours(daysBetween(from, to), shown);
      else drawDays(daysBetween(from, to), shown);
      scroller.dataset.kind = kind();
    }
    fill(shown);
    if (scrolls !== null) scroller[sheet.axis.scroll] = scrolls;
    scrolls = null;
    if (picked) mark(picked);
    tick();
  }

  function kind() {
    if (sheet.byHours) return sheet.axis.across ? "across" : "hours";
    return sheet.period.by ? "roster" : "month";
  }

  function hoursOf(first) {
    const hours = make("div", "cg-hours");
    hours.setAttribute("aria-hidden", "true");
    for (let hour = first; hour < 24; hour += 1) hours.append(at(make("span", "num", clockOf(hour * 60)), sheet.axis.place, sheet.axis.px(hour * 60)));
    return hours;
  }

  // The clocks of the place may change on one of the days: the hour they skip, or show twice, says so.
  function changesOf(cell) {
    const first = sheet.cells.find((one) => one.day === cell.day) === cell;
    for (const [wall, by] of sheet.period.changes.filter(([one]) => one.startsWith(cell.day))) {
      const from = minutesOf(wall) + Math.min(by, 0);
      cell.el.append(sheet.axis.span(changeOf(by, { words: first }), from, Math.abs(by)));
    }
  }

  function startAt() {
    return scroller.dataset.kind === kind() ? scroller[sheet.axis.scroll] : sheet.axis.pixels(MORNING * 60) - 10;
  }

  function drawHours(days, shown) {
    const head = make("div", "cg-head", make("div", "cg-corner"));
    const body = make("div", "cg-body", hoursOf(1));
    sheet.cells = shown.flatMap((resource) => days.map((day) => ({ day, resource, row: 0, el: make("div", "cg-col") })));
    sheet.cells.forEach((cell, index) => {
      cell.column = index;
      const title = cell.resource ? resourceHead(cell.resource) : dayHead(cell.day);
      head.append(make("div", cell.day === sheet.period.today && !cell.resource ? "cg-col-head is-today" : "cg-col-head", title));
      name(cell);
      body.append(cell.el);
    });
    scrolls = startAt();
    scroller.replaceChildren(head, body);
  }

  function drawAcross(day, shown) {
    const head = make("div", "cg-head", make("div", "cg-corner"), hoursOf(0));
    const body = make("div", "cg-body");
    sheet.cells = shown.map((resource, row) => ({ day, resource, row, column: 0, el: make("div", "cg-row") }));
    for (const cell of sheet.cells) {
      name(cell);
      body.append(make("div", "cg-row-head", resourceHead(cell.resource)), cell.el);
    }
    scrolls = startAt();
    scroller.replaceChildren(head, body);
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
    const changed = sheet.byHours ? sheet.period.changes.find(([one]) => one.startsWith(cell.day)) : null;
    cell.el.cell = cell;
    cell.el.setAttribute("role", "group");
    cell.el.setAttribute("aria-label", [dayWords(cell.day), cell.resource?.title, changed && changeWords(changed[1])].filter(Boolean).join(", "));
    if (sheet.byHours) changesOf(cell);
  }

  function fill(shown) {
    const { by, unit } = sheet.period;
    const ids = new Set(shown.map((one) => one?.id));
    const focused = scroller.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    const stop = scroller.querySelector(".ev[tabindex='0']")?.dataset.id;
    const found = new Map(sheet.cells.map((cell) => [`${cell.day} ${cell.resource?.id}`, []]));
    for (const event of events) {
      if (event.kind === "busy" && (unit === "month" || (by && by !== "trainers"))) continue;
      const own = by ? columnOf(event) : undefined;
      const column = ids.has(own) ? own : OTHERS.id;
      for (const piece of piecesOf(event)) found.get(`${piece.day} ${column}`)?.push(piece);
    }
    const lanes = sheet.cells.map((cell) => (sheet.byHours ? intoLanes(found.get(`${cell.day} ${cell.resource?.id}`), sheet.axis.least) : 1));
    const widths = widthsOf(lanes);
    sheet.cells.forEach((cell, index) => fillCell(cell, found.get(`${cell.day} ${cell.resource?.id}`), lanes[index], widths[index]));
    layOut(lanes);
    const node = focused && document.activeElement.dataset.id !== focused ? nodeOf(focused) : null;
    node?.focus({ preventScroll: true });
    // What was a stop of the Tab key stays one, though its column was drawn anew.
    if (stop && !scroller.querySelector(".ev[tabindex='0']")) nodeOf(stop)?.setAttribute("tabindex", "0");
  }

  function leastWidth() {
    if (sheet.byHours) return sheet.period.by ? 144 : 88;
    return sheet.period.by ? 136 : 96;
  }

  // About how wide each column of hours becomes: they share the room by their lanes, three at least.
  function widthsOf(lanes) {
    const shares = lanes.reduce((sum, one) => sum + Math.max(3, one), 0);
    const share = (scroller.clientWidth - 56) / shares;
    return lanes.map((one) => Math.max(leastWidth(), one * LANE_PX, share * Math.max(3, one)));
  }

  function layOut(lanes) {
    const { axis, byHours, period } = sheet;
    const tracks = byHours ? lanes : lanes.slice(0, 7);
    const first = byHours ? "3.5rem " : period.by ? "10rem " : "";
    const columns = () => tracks.map((one) => `minmax(${Math.max(leastWidth(), one * LANE_PX)}px, ${one > 3 ? one : 3}fr)`).join(" ");
    const template = axis.across ? `11rem ${axis.px(DAY)}` : first + columns();
    for (const part of scroller.children) part.style.gridTemplateColumns = template;
  }

  function fillCell(cell, pieces, lanes, width) {
    const { axis, byHours } = sheet;
    const slim = ({ from, to, lanes: beside }) => byHours && (axis.across ? axis.pixels(to - from) : width / beside) < SLIM_PX;
    const signature = JSON.stringify(pieces.map((piece) => [piece.event, piece.lane, piece.lanes, slim(piece)]));
    if (cell.signature === signature) return;
    cell.signature = signature;
    for (const node of cell.el.querySelectorAll(":scope > :not(.cg-change)")) node.remove();
    if (byHours) cell.el.append(...pieces.map((piece) => place(piece, slim(piece))));
    else cell.el.append(...(sheet.period.by ? everyLine(pieces) : someLines(cell.day, pieces)));
    if (axis.across) cell.el.style.minBlockSize = `${lanes * LANE_PX + 8}px`;
  }

  function place({ event, from, to, lane, lanes }, slim) {
    const { axis } = sheet;
    const size = Math.max(axis.pixels(axis.least), axis.pixels(to - from)) - 2;
    const letter = !axis.across || sheet.period.by !== "trainers"; // there the row says whose it is
    const node = tag(block(event, { height: axis.across ? LANE_PX : size, slim, letter, across: axis.across }), event);
    axis.span(node, from, to - from);
    if (axis.across) return at(at(node, "top", `${lane * LANE_PX + 4}px`), "height", `${LANE_PX - 3}px`);
    return at(at(node, "left", `${(lane / lanes) * 100}%`), "width", `calc(${100 / lanes}% - 3px)`);
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
    const end = endOf(start, minutes, sheet.period.changes);
    const node = make("div", `ev ${clash ? "clash" : "pick"}`, make("span", "ev-title", clash ? "Clashes" : "New session"));
    node.append(make("small", "num", `${start.slice(11)} – ${end.slice(11)}`));
    cell.el.append(sheet.axis.span(node, minutesOf(start), minutesBetween(start, end)));
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
    line = at(make("div", "cg-now"), sheet.axis.place, sheet.axis.px(minutesOf(now)));
    line.setAttribute("aria-hidden", "true");
    const body = scroller.lastElementChild;
    if (sheet.axis.across) at(line, "gridRow", `1 / span ${sheet.cells.length}`);
    at(line, "gridColumn", sheet.axis.across ? "2" : `${cells[0].column + 2} / span ${cells.length}`);
    body.append(line);
  }

  return sheet;
}

function tag(node, event) {
  node.event = event;
  node.dataset.id = event.id;
  return node;
}

const ordered = (pieces) => pieces.sort((one, two) => (one.event.start < two.event.start ? -1 : one.event.start > two.event.start ? 1 : 0));

/** Where an event would stand if it began elsewhere or lasted longer: its new `start`, `end`, real `minutes` and resource. */
export function movedTo(event, { cell, from = minutesOf(event.start), minutes = event.minutes }, changes) {
  const start = wallAt(cell.day, from);
  return { start, end: endOf(start, minutes, changes), minutes, resource: cell.resource };
}
