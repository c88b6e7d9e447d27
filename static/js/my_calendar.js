// A trainer's own calendar: a session opens in its studio, a free time asks in which studio to book.
import { calendarPage, placeBeside } from "./calendar_grid.js";
import { openDialog } from "./ui.js";

const where = document.getElementById("where");
const links = [...where.querySelectorAll("a[data-place]")];

// The public host turns the time of this calendar into that of the studio's clocks on the way.
function ask(starts, at) {
  for (const link of links) link.href = `${link.dataset.place}&${new URLSearchParams({ starts })}`;
  if (links.length === 1) return void window.location.assign(links[0].href);
  openDialog(where);
  placeBeside(where, at);
}

const page = calendarPage(links.length ? { book: ({ starts, at }) => ask(starts, at) } : {});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-book]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  ask(page.period().date);
});

// No socket spans several studios: look again when she comes back to the page, and every minute while it is in view.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && page.refresh());
setInterval(() => document.visibilityState === "visible" && page.refresh(), 60000);
