// The calendar library's options that make it look like FitFlow; pages add their own over them:
//   createCalendar(element, [TimeGrid, DayGrid, Interaction], { ...look(), view: "timeGridWeek", eventSources: […] });
// An event brings classNames (hue-1…5, busy, held, gone, clash) and extendedProps: letter, line, note, icon.

const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** Returns the options; `language` is the page's own. */
export function look(language = document.documentElement.lang || "en-CA") {
  const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  return {
    locale: language,
    firstDay: 1,
    headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false,
    nowIndicator: true,
    dayMaxEvents: true,
    slotHeight: 32,
    slotMinTime: "06:00",
    slotMaxTime: "22:00",
    scrollTime: "07:00",
    slotLabelFormat: HOURS,
    eventTimeFormat: HOURS,
    dayHeaderFormat: (date) => ({ domNodes: [dayHead(weekday.format(asUtc(date)), date.getDate())] }),
    views: { dayGridMonth: { dayHeaderFormat: { weekday: "short" } } },
    eventContent,
    eventDidMount: ({ el, event, timeText }) => {
      const { line = "", note = "" } = event.extendedProps;
      const words = [day.format(asUtc(event.start)), timeText, event.title, line, note];
      el.setAttribute("aria-label", words.filter(Boolean).join(", "));
    },
  };
}

// The library hands over local dates; their weekday must not be moved by the browser's zone.
function asUtc(date) {
  return new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()));
}

function dayHead(name, number) {
  const head = document.createElement("span");
  const day = document.createElement("b");
  head.className = "wk-head";
  day.textContent = number;
  head.append(name, day);
  return head;
}

function eventContent({ event, timeText, view }) {
  if (view.type.startsWith("list")) return undefined;
  const { letter, line, note, icon } = event.extendedProps;
  const start = timeText.split(/\s?[–-]\s?/)[0];
  if (view.type === "dayGridMonth") return { domNodes: [part("small", "num", start), part("span", "ev-title", event.title)] };
  const nodes = [];
  if (letter) nodes.push(part("span", "mono tiny", letter, true));
  nodes.push(part("span", "ev-title", event.title));
  if (line) nodes.push(part("small", "", line));
  const when = part("small", "num", [start, note].filter(Boolean).join(" · "));
  if (icon) when.append(" ", mark(icon));
  nodes.push(when);
  return { domNodes: nodes };
}

function part(tag, className, text, hidden = false) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  if (hidden) node.setAttribute("aria-hidden", "true");
  return node;
}

function mark(name) {
  const icon = document.createElement("i");
  icon.className = `bi bi-${name}`;
  icon.setAttribute("aria-hidden", "true");
  return icon;
}
