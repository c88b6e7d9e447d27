// A trainer's own calendar: a session opens in its studio, a free time asks in which studio to book.
import { calendarPage, placeBeside } from "./calendar_grid.js";
import { openDialog } from "./ui.js";

const where = document.getElementById("where");
const links = [...where.querySelectorAll("a[data-place]")];

function ask(starts, at) {
  for (const link of links) link.href = `${link.dataset.place}?${new URLSearchParams({ starts })}`;
  if (links.length === 1) return void window.location.assign(links[0].href);
  openDialog(where);
  placeBeside(where, at);
}

const page = calendarPage({
  eventStartEditable: false,
  dateClick: links.length ? ({ dateStr, allDay, jsEvent }) => ask(dateStr.slice(0, allDay ? 10 : 16), jsEvent) : undefined,
  eventClick: ({ event }) => {
    if (event.extendedProps.url) window.location.assign(event.extendedProps.url);
  },
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-book]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  ask(page.period().date);
});

// No socket spans several studios: look again when she comes back to the page, and every minute while it is in view.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && page.refresh());
setInterval(() => document.visibilityState === "visible" && page.refresh(), 60000);
