// The sheet by keyboard. One session is a stop of the Tab key, the arrows go from one to the next; N takes a free time, M moves
// a session. Letters count only while the focus is in the sheet.
import { lengthOf, lift } from "./calendar_drag.js";
import { dayWords, make, nameOf } from "./calendar_nodes.js";
import { clockOf, DAY, minutesOf, nudged, STEP } from "./calendar_time.js";

const SLOT = 30;
// A letter is that letter, with the shift lock on too.
const named = ({ key }) => (key.length === 1 ? key.toLowerCase() : key);
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** Starts the keys. `book(at)`, `drop(event, to)` and `undo()` are what pointers do; without them N, M and U do nothing. */
export function keyed(sheet, { book, drop, undo, say }) {
  const { scroller } = sheet;
  let slot = null; // the button that stands at a free time: { node, cell, from, back }
  let moving = null; // the session that is moved

  /** Lets exactly one session be a stop: the one last looked at, else the first. */
  function settle() {
    const known = scroller.querySelector(".ev[tabindex='0']");
    if (!known) sheet.cells.flatMap(sheet.items).at(0)?.setAttribute("tabindex", "0");
  }

  function goTo(node) {
    if (!node) return;
    for (const one of scroller.querySelectorAll(".ev[tabindex='0']")) one.tabIndex = -1;
    node.tabIndex = 0;
    node.focus();
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function beside(cell, [right, down]) {
    return sheet.cells.find((one) => one.column === cell.column + right && one.row === cell.row + down);
  }

  // The next cell that way with a session in it.
  function beyond(cell, way) {
    for (let next = beside(cell, way); next; next = beside(next, way)) if (sheet.items(next).length) return next;
    return null;
  }

  function step(node, way) {
    const { cell } = node.parentElement;
    const items = sheet.items(cell);
    const along = sheet.axis.along(way);
    if (along) {
      const next = items[items.indexOf(node) + along];
      const other = next ? null : beyond(cell, way);
      return goTo(next ?? (other && sheet.items(other).at(along > 0 ? 0 : -1)));
    }
    const other = beyond(cell, way);
    if (!other) return undefined;
    const here = minutesOf(node.event.start);
    const far = (one) => Math.abs(minutesOf(one.event.start) - here);
    return goTo(sheet.items(other).reduce((best, one) => (far(one) < far(best) ? one : best)));
  }

  // A free time

  function takeSlot(node) {
    const today = sheet.cells.find((cell) => cell.day === sheet.period.today);
    const cell = node ? node.parentElement.cell : today ?? sheet.cells[0];
    const from = node ? Math.min(DAY - SLOT, Math.ceil(minutesOf(node.event.end) / SLOT) * SLOT) : 9 * 60;
    slot = { node: make("button", "cg-slot"), cell, from, back: node ?? scroller };
    slot.node.type = "button";
    slot.node.addEventListener("click", (click) => {
      click.stopPropagation();
      const { cell: here, from: begins } = slot;
      const box = slot.node.getBoundingClientRect();
      book({ day: here.day, from: sheet.byHours ? begins : null, resource: here.resource, at: { clientX: box.right, clientY: box.top }, focus: slot.back });
      dropSlot(false);
    });
    slot.node.addEventListener("blur", () => setTimeout(() => slot && document.activeElement !== slot.node && dropSlot(false)));
    putSlot();
  }

  function putSlot() {
    const { node, cell, from } = slot;
    const when = sheet.byHours ? clockOf(from) : "";
    node.textContent = when ? `Book ${when}` : "Book";
    node.setAttribute("aria-label", ["Book", dayWords(cell.day), when, cell.resource?.title].filter(Boolean).join(", "));
    if (node.parentElement !== cell.el) cell.el.append(node);
    if (sheet.byHours) sheet.axis.span(node, from, SLOT);
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function dropSlot(back = true) {
    const gone = slot;
    slot = null;
    gone.node.remove();
    if (back) gone.back.focus();
  }

  function slotKey(key) {
    if (key.key === "Escape") return dropSlot();
    const way = ARROWS[key.key];
    if (!way) return false;
    const along = sheet.byHours ? sheet.axis.along(way) : 0;
    if (along) slot.from = Math.max(0, Math.min(DAY - SLOT, slot.from + along * SLOT));
    else slot.cell = beside(slot.cell, way) ?? slot.cell;
    return putSlot();
  }

  // Moving

  function take(node) {
    moving = { node, up: lift(sheet, node) };
    say(`Moving ${nameOf(node.event)}. Arrows move it, with Shift they change its length. Enter saves, Escape leaves it.`);
    return undefined;
  }

  function moveKey(key) {
    const { up, node } = moving;
    const way = ARROWS[key.key];
    if (key.key === "Escape" || key.key === "Enter") {
      moving = null;
      const { changed, result } = up;
      up.down();
      if (key.key === "Enter" && changed) drop(node.event, result);
      else say("Left where it was.");
      return undefined;
    }
    if (!way) return undefined;
    const { cell, from, minutes } = up.held;
    const along = sheet.byHours ? sheet.axis.along(way) : 0;
    if (along) {
      if (key.shiftKey) up.to({ minutes: lengthOf(node.event, nudged(minutes, along)) });
      else up.to({ from: Math.max(up.least, Math.min(DAY - STEP, nudged(from, along))) });
    } else {
      const next = beside(cell, way);
      if (next && next.resource?.id !== "-") up.to({ cell: next });
    }
    const { held, result } = up;
    const ghost = held.cell.el.querySelector(":scope > .is-lifted") ?? held.cell.el;
    ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    say([dayWords(held.cell.day), `${result.start.slice(11)} to ${result.end.slice(11)}`, held.cell.resource?.title].filter(Boolean).join(", "));
    return undefined;
  }

  const COMMANDS = {
    n: (node) => (book ? takeSlot(node) : false),
    m: (node) => (drop && node ? (node.classList.contains("movable") ? take(node) : say("This one cannot be moved.")) : false),
    u: () => (undo ? undo() : false),
    t: () => document.getElementById("cal-now").click(),
    PageUp: () => document.getElementById("cal-earlier").click(),
    PageDown: () => document.getElementById("cal-later").click(),
    Home: (node) => (node ? goTo(sheet.cells.flatMap(sheet.items).at(0)) : false),
    End: (node) => (node ? goTo(sheet.cells.flatMap(sheet.items).at(-1)) : false),
  };

  scroller.addEventListener("keydown", (key) => {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    const node = key.target.closest(".ev");
    let done = false;
    if (moving) done = moveKey(key);
    else if (slot) done = slotKey(key);
    else if (ARROWS[key.key]) done = node ? step(node, ARROWS[key.key]) : false;
    else if (COMMANDS[named(key)]) done = COMMANDS[named(key)](node);
    else return;
    if (done !== false) key.preventDefault();
  });
  // Whoever looks elsewhere has given the move up.
  scroller.addEventListener("focusout", () => setTimeout(() => {
    if (!moving || scroller.contains(document.activeElement)) return;
    moving.up.down();
    moving = null;
  }));
  scroller.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".ev")) return;
    for (const one of scroller.querySelectorAll(".ev[tabindex='0']")) one.tabIndex = -1;
    target.tabIndex = 0;
  });
  return { settle };
}
