// Which way the hours of a sheet run: down, as days stand beside each other, or across, as on a timeline.
import { HOUR_PX } from "./calendar_time.js";

const ACROSS_PX = 88; // an hour of a timeline: its words stand in its length

/** Sets a style by the object model, which the policy allows: a style attribute it does not. */
export function at(node, property, value) {
  node.style[property] = value;
  return node;
}

function axis(across, hour, names) {
  const pixels = (minutes) => (minutes * hour) / 60;
  const px = (minutes) => `${pixels(minutes)}px`;
  return {
    across, hour, pixels, px, ...names,
    /** As many minutes as make something wide enough to be read and hit. */
    least: across ? 15 : 20,
    minutes: (length) => (length * 60) / hour,
    /** How far along the axis an arrow goes: 1 on, -1 back, 0 not at all. */
    along: ([right, down]) => (across ? right : down),
    /** Where along it a pointer is, and where a box begins. */
    of: ({ x, y }) => (across ? x : y),
    start: ({ left, top }) => (across ? left : top),
    /** Lets an element reach over some minutes of its cell. */
    span(node, from, length) {
      at(node, names.place, px(from));
      return at(node, names.size, `${Math.max(18, pixels(length) - 2)}px`);
    },
    shift: (minutes) => (across ? `translateX(${px(minutes)})` : `translateY(${px(minutes)})`),
  };
}

const DOWN = axis(false, HOUR_PX, { place: "top", size: "height", scroll: "scrollTop" });
const ACROSS = axis(true, ACROSS_PX, { place: "left", size: "width", scroll: "scrollLeft" });

export const axisOf = (across) => (across ? ACROSS : DOWN);
