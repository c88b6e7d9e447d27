// Moving a session on the sheet: with the pointer (drag it, or its lower edge) and with the keys (M, arrows, Enter).
// While it is under way only one element moves; the sheet is drawn again once the move is made or given up.
import { movedTo } from "./calendar_sheet.js";
import { lineOf, make } from "./calendar_nodes.js";
import { clockOf, DAY, daysBetween, dayOf, HOUR_PX, minutesBetween, minutesOf, STEP } from "./calendar_time.js";

const FAR = 4; // pixels a mouse goes before it drags
const LONG = 450; // milliseconds a finger rests before it drags
const EDGE = 36; // from here the sheet scrolls along

/** The session as it would stand: `to({ cell, from, minutes })` puts it there, `down()` takes it away. */
export function lift(sheet, node) {
  const { event } = node;
  const minutes = minutesBetween(event.start, event.end);
  const start = node.parentElement.cell;
  // Taken by what lies on a later day it began before that day's midnight: so many minutes below nought.
  const from = minutesOf(event.start) - daysBetween(dayOf(event.start), start.day).length * DAY;
  const held = { event, cell: start, from, minutes };
  const ghost = sheet.byHours ? make("div", `ev is-lifted hue-${event.hue}`) : lineOf(event);
  const words = make("small", "num");
  if (sheet.byHours) {
    ghost.append(make("span", "ev-title", event.title), words);
    ghost.setAttribute("aria-hidden", "true");
    ghost.style.height = `${(minutes * HOUR_PX) / 60 - 2}px`;
  }
  node.classList.add("is-ghost");
  sheet.hold();
  let placed = false;

  function to({ cell = held.cell, from: begins = held.from, minutes: lasts = held.minutes }) {
    if (cell !== held.cell || !placed) {
      placed = true;
      if (sheet.byHours) cell.el.append(ghost);
      held.cell.el.classList.remove("is-target");
      cell.el.classList.add("is-target");
    }
    if (lasts !== held.minutes) ghost.style.height = `${(lasts * HOUR_PX) / 60 - 2}px`;
    Object.assign(held, { cell, from: begins, minutes: lasts });
    ghost.style.transform = `translateY(${(begins * HOUR_PX) / 60}px)`;
    const text = `${clockOf((begins + DAY) % DAY)} – ${clockOf((begins + lasts + DAY) % DAY)}`;
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
      return movedTo(event, held);
    },
  };
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
  scroller.addEventListener("pointerdown", (down) => {
    const node = down.target.closest(".ev.movable");
    if (!node || down.button !== 0 || grab) return;
    const box = node.getBoundingClientRect();
    grab = { node, x: down.clientX, y: down.clientY, inside: down.clientY - box.top, resize: Boolean(down.target.closest(".cg-grip")), id: down.pointerId };
    point = { x: down.clientX, y: down.clientY };
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
    touchmove(move) {
      if (lifted) move.preventDefault();
    },
    // A finger that rests on a link asks for the link's menu, which would take the session out of the hand.
    contextmenu(menu) {
      if (timer || lifted) menu.preventDefault();
    },
  };

  function begin() {
    window.getSelection().removeAllRanges();
    lifted = lift(sheet, grab.node);
    scroller.classList.add("is-dragging");
    scroller.setPointerCapture(grab.id); // its cursor is then the sheet's, with no rule that touches all in it
    // Where everything is, read once: nothing moves while one is dragged but the sheet's own scrolling.
    grab.sheet = scroller.getBoundingClientRect();
    const [x, y] = [scroller.scrollLeft - grab.sheet.left, scroller.scrollTop - grab.sheet.top];
    // A piece that begins at midnight was taken so far below where its session begins.
    const above = (-lifted.least * HOUR_PX) / 60;
    Object.assign(grab, { started: grab.y + y, minutes: lifted.held.minutes, inside: grab.inside + above });
    grab.rects = sheet.cells.map(({ el }) => {
      const { left, right, top, bottom } = el.getBoundingClientRect();
      return { left: left + x, right: right + x, top: top + y, bottom: bottom + y };
    });
    frame = requestAnimationFrame(step);
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
    const index = grab.rects.findIndex((rect) => x >= rect.left && x < rect.right && (sheet.byHours || (y >= rect.top && y < rect.bottom)));
    const cell = index < 0 || sheet.cells[index].resource?.id === "-" ? lifted.held.cell : sheet.cells[index];
    if (!sheet.byHours) return void lifted.to({ cell });
    const minute = (pixels) => Math.round((pixels * 60) / HOUR_PX / STEP) * STEP;
    if (grab.resize) return void lifted.to({ minutes: Math.max(STEP, Math.min(DAY, grab.minutes + minute(y - grab.started))) });
    lifted.to({ cell, from: Math.max(lifted.least, Math.min(DAY - STEP, minute(y - grab.rects[0].top - grab.inside))) });
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
