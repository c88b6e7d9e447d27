// Moving a session on the sheet: with the pointer (drag it, or the edge at which it ends) and with the keys (M, arrows, Enter).
// While it is under way only one element moves; the sheet is drawn again once the move is made or given up.
import { at } from "./calendar_axis.js";
import { movedTo } from "./calendar_sheet.js";
import { lineOf, make } from "./calendar_nodes.js";
import { DAY, daysBetween, dayOf, LONGEST, minutesBetween, minutesOf, snapped, STEP } from "./calendar_time.js";

const FAR = 4; // pixels a mouse goes before it drags
const LONG = 450; // milliseconds a finger rests before it drags
const THUMB = 14; // pixels of a session's end that a finger takes to make it longer or shorter
const EDGE = 36; // from here the sheet scrolls along

/** The session as it would stand: `to({ cell, from, minutes })` puts it there, `down()` takes it away. */
export function lift(sheet, node) {
  const { event } = node;
  const { axis } = sheet;
  const { minutes } = event;
  const start = node.parentElement.cell;
  // Taken by what lies on a later day it began before that day's midnight: so many minutes below nought.
  const from = minutesOf(event.start) - daysBetween(dayOf(event.start), start.day).length * DAY;
  const held = { event, cell: start, from, minutes };
  const ghost = sheet.byHours ? make("div", `ev is-lifted hue-${event.hue}`) : lineOf(event);
  const words = make("small", "num");
  if (sheet.byHours) {
    ghost.append(make("span", "ev-title", event.title), words);
    ghost.setAttribute("aria-hidden", "true");
  }
  if (axis.across) at(at(ghost, "top", node.style.top), "height", node.style.height);
  node.classList.add("is-ghost");
  sheet.hold();
  let placed = false;

  function result() {
    return movedTo(event, held, sheet.period.changes);
  }

  function to({ cell = held.cell, from: begins = held.from, minutes: lasts = held.minutes }) {
    if (cell !== held.cell || !placed) {
      placed = true;
      if (sheet.byHours) cell.el.append(ghost);
      held.cell.el.classList.remove("is-target");
      cell.el.classList.add("is-target");
    }
    Object.assign(held, { cell, from: begins, minutes: lasts });
    const there = result();
    at(ghost, axis.size, axis.px(minutesBetween(there.start, there.end)));
    ghost.style.transform = axis.shift(begins);
    const text = `${there.start.slice(11)} – ${there.end.slice(11)}`;
    if (words.textContent !== text) words.textContent = text;
  }

  function down() {
    ghost.remove();
    node.classList.remove("is-ghost");
    held.cell.el.classList.remove("is-target");
    sheet.release();
  }

  to({});
  return {
    held, to, down, least: Math.min(0, from),
    get changed() {
      return held.cell !== start || held.from !== from || held.minutes !== minutes;
    },
    get result() {
      return result();
    },
  };
}

/** How long a session may be made, from how long it is: a quarter of an hour at least, twelve hours at most. */
export function lengthOf(event, minutes) {
  return Math.max(Math.min(STEP, event.minutes), Math.min(LONGEST, minutes));
}

/** Lets sessions be dragged. `drop(event, { start, end, minutes, resource })` is told once one was let go elsewhere. */
export function draggable(sheet, drop) {
  const { scroller } = sheet;
  let grab = null; // the session under the pointer, and where it was taken
  let lifted = null;
  let point = null;
  let frame = 0;
  let timer = 0;

  scroller.addEventListener("dragstart", (event) => event.preventDefault());
  // There before any finger is: some browsers heed only a listener that was.
  scroller.addEventListener("touchmove", (move) => lifted && move.cancelable && move.preventDefault(), { passive: false });
  scroller.addEventListener("pointerdown", (down) => {
    const node = down.target.closest(".ev.movable");
    if (!node || down.button !== 0 || grab) return;
    const box = node.getBoundingClientRect();
    point = { x: down.clientX, y: down.clientY };
    const rim = sheet.axis.of({ x: box.right, y: box.bottom }) - sheet.axis.of(point);
    const thumb = down.pointerType !== "mouse" && node.querySelector(".cg-grip") && rim < THUMB && sheet.axis.of({ x: box.width, y: box.height }) > 3 * THUMB;
    grab = { node, ...point, resize: Boolean(down.target.closest(".cg-grip")) || thumb, id: down.pointerId };
    if (down.pointerType !== "mouse") timer = setTimeout(begin, LONG);
    for (const [name, heard] of Object.entries(listeners)) window.addEventListener(name, heard, { passive: false });
  });

  const listeners = {
    pointermove(move) {
      if (move.pointerId !== grab.id) return;
      point = { x: move.clientX, y: move.clientY };
      if (!lifted && move.pointerType === "mouse" && Math.hypot(point.x - grab.x, point.y - grab.y) >= FAR) begin();
    },
    pointerup(up) {
      if (up.pointerId !== grab.id) return;
      if (lifted) follow();
      finish(true);
    },
    pointercancel: () => finish(false),
    keydown(key) {
      if (key.key === "Escape" && lifted) finish(false);
    },
    // A finger that rests on a link asks for the link's menu, which would take the session out of the hand.
    contextmenu(menu) {
      if (timer || lifted) menu.preventDefault();
    },
  };

  function begin() {
    if (!grab.node.isConnected) return finish(false); // drawn anew under the finger that rested on it
    window.getSelection().removeAllRanges();
    lifted = lift(sheet, grab.node);
    scroller.classList.add("is-dragging");
    scroller.setPointerCapture(grab.id); // its cursor is then the sheet's, with no rule that touches all in it
    // Where everything is, read once: nothing moves while one is dragged but the sheet's own scrolling.
    grab.sheet = scroller.getBoundingClientRect();
    const [x, y] = [scroller.scrollLeft - grab.sheet.left, scroller.scrollTop - grab.sheet.top];
    Object.assign(grab, { started: sheet.axis.of({ x: grab.x + x, y: grab.y + y }), from: lifted.held.from, minutes: lifted.held.minutes });
    grab.rects = sheet.cells.map(({ el }) => {
      const { left, right, top, bottom } = el.getBoundingClientRect();
      return { left: left + x, right: right + x, top: top + y, bottom: bottom + y };
    });
    frame = requestAnimationFrame(step);
    return undefined;
  }

  function step() {
    along();
    follow();
    frame = requestAnimationFrame(step);
  }

  function along() {
    const { left, right, top, bottom } = grab.sheet;
    const by = (place, from, until) => (place < from + EDGE ? Math.max(-14, (place - from - EDGE) / 3) : place > until - EDGE ? Math.min(14, (place - until + EDGE) / 3) : 0);
    const [x, y] = [by(point.x, left, right), by(point.y, top, bottom)];
    if (x || y) scroller.scrollBy(x, y);
  }

  function follow() {
    const x = point.x - grab.sheet.left + scroller.scrollLeft;
    const y = point.y - grab.sheet.top + scroller.scrollTop;
    const inside = ({ left, right, top, bottom }) => {
      const [beside, level] = [x >= left && x < right, y >= top && y < bottom];
      return sheet.byHours ? (sheet.axis.across ? level : beside) : beside && level;
    };
    const index = grab.rects.findIndex(inside);
    const cell = index < 0 || sheet.cells[index].resource?.id === "-" ? lifted.held.cell : sheet.cells[index];
    if (!sheet.byHours) return void lifted.to({ cell });
    const by = sheet.axis.minutes(sheet.axis.of({ x, y }) - grab.started);
    if (grab.resize) return void lifted.to({ minutes: lengthOf(grab.node.event, snapped(grab.minutes, by)) });
    lifted.to({ cell, from: Math.max(lifted.least, Math.min(DAY - STEP, snapped(grab.from, by))) });
  }

  function finish(keep) {
    clearTimeout(timer);
    timer = 0;
    cancelAnimationFrame(frame);
    for (const [name, heard] of Object.entries(listeners)) window.removeEventListener(name, heard);
    scroller.classList.remove("is-dragging");
    if (lifted) {
      if (keep) stopClick();
      else window.addEventListener("pointerup", stopClick, { capture: true, once: true }); // the button is still down
      const { event } = grab.node;
      const { changed, result } = lifted;
      lifted.down();
      if (keep && changed) drop(event, result);
    }
    grab = null;
    lifted = null;
  }

  // Letting go over a link is no click on it.
  function stopClick() {
    const stop = (click) => {
      click.preventDefault();
      click.stopPropagation();
    };
    window.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", stop, { capture: true }));
  }
}
