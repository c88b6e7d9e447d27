// Wall-clock times of a calendar, as text: "2026-11-19T10:00" on the clocks the page shows, whatever the browser's zone.
// Nothing here touches the page.

export const DAY = 1440;
export const HOUR_PX = 56;
export const STEP = 15; // minutes a drag moves by
export const LONGEST = 720; // minutes a session may last

const two = (number) => String(number).padStart(2, "0");

/** The minutes since midnight of "…T10:30": 630. */
export const minutesOf = (wall) => Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));

export const dayOf = (wall) => wall.slice(0, 10);

/** "10:30" of 630; midnight at a day's end is 24:00. */
export const clockOf = (minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

/** A day so many days on. */
export function addDays(day, number) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + number);
  return date.toISOString().slice(0, 10);
}

/** The wall-clock time so many minutes after a day's midnight; it may fall on another day. */
export function wallAt(day, minutes) {
  const over = Math.floor(minutes / DAY);
  return `${over ? addDays(day, over) : day}T${clockOf(minutes - over * DAY)}`;
}

/** How far two wall-clock times are apart on the sheet; what seems to end before it begins (clocks went back) takes a step. */
export function minutesBetween(start, end) {
  const days = (Date.parse(`${dayOf(end)}T00:00:00Z`) - Date.parse(`${dayOf(start)}T00:00:00Z`)) / 86400000;
  const minutes = days * DAY + minutesOf(end) - minutesOf(start);
  return minutes > 0 ? minutes : STEP;
}

/** When something ends that begins at a wall-clock time and lasts so many real minutes, over the `changes` of the clocks. */
export function endOf(start, minutes, changes = []) {
  let end = wallAt(dayOf(start), minutesOf(start) + minutes);
  for (const [at, by] of changes) {
    if (start < at && end >= at) end = wallAt(dayOf(end), minutesOf(end) + by);
  }
  return end;
}

/** A time moved by about so many minutes: not at all by less than half a step, else to a quarter of an hour. */
export function snapped(from, by) {
  return Math.abs(by) < STEP / 2 ? from : Math.round((from + by) / STEP) * STEP;
}

/** The next quarter of an hour, on (1) or back (-1). */
export function nudged(from, way) {
  return (way > 0 ? Math.floor(from / STEP) + 1 : Math.ceil(from / STEP) - 1) * STEP;
}

/** The days from one to before another. */
export function daysBetween(from, to) {
  const days = [];
  for (let day = from; day < to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** What of an event lies on each of its days: `{ event, day, from, to }` in minutes of that day. */
export function piecesOf(event) {
  const first = dayOf(event.start);
  let left = minutesBetween(event.start, event.end);
  let from = minutesOf(event.start);
  const pieces = [];
  for (let day = first; left > 0; day = addDays(day, 1)) {
    const to = Math.min(DAY, from + left);
    pieces.push({ event, day, from, to });
    left -= to - from;
    from = 0;
  }
  return pieces;
}

/** Puts pieces that overlap side by side: each gets its `lane` and the `lanes` of its group. Answers the most lanes. One that
    is drawn longer than it lasts, to be read and hit, takes `least` minutes. */
export function intoLanes(pieces, least = 0) {
  const endsAt = ({ from, to }) => Math.max(to, from + least);
  pieces.sort((one, two) => one.from - two.from || two.to - one.to || (one.event.id < two.event.id ? -1 : 1));
  let most = 1;
  let group = [];
  let ends = []; // when each lane of the group is free again
  let until = -1;
  const close = () => {
    for (const piece of group) piece.lanes = ends.length;
    most = Math.max(most, ends.length);
  };
  for (const piece of pieces) {
    if (piece.from >= until) {
      close();
      [group, ends] = [[], []];
    }
    const free = ends.findIndex((end) => end <= piece.from);
    piece.lane = free < 0 ? ends.length : free;
    ends[piece.lane] = endsAt(piece);
    until = Math.max(until, endsAt(piece));
    group.push(piece);
  }
  close();
  return most;
}
