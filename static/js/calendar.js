// The studio's calendar: click a time to book, drag to move, and see what others do as they do it.
import "./booking.js";
import { calendarPage, placeBeside } from "./calendar_grid.js";
import { call, openDialog, postTo, toast } from "./ui.js";

const box = document.getElementById("calendar");
const dialog = document.getElementById("book");
const mayBook = box.dataset.book !== "";
const PARAMETER = { trainers: "trainer", rooms: "room", locations: "location" };

let undone = ""; // the way back of the last move

const page = calendarPage(mayBook ? {
  book({ starts, pick, resource, at, focus }) {
    const query = new URLSearchParams({ starts, zone: page.period().zone });
    if (resource?.id) query.set(PARAMETER[page.period().by], resource.id);
    book(`${box.dataset.book}?${query}`, { at, pick, focus });
  },
  move,
  undo() {
    if (undone) postTo(undone);
  },
} : {});


// Booking

async function book(url, { at, pick, focus } = {}) {
  await window.htmx.ajax("GET", url, { target: "#book-body", swap: "innerHTML" });
  if (!dialog.querySelector("form")) return;
  Object.assign(dialog, { picked: pick, at, focusBack: focus });
  if (pick) page.sheet()?.mark(pick);
  openDialog(dialog);
  placeBeside(dialog, at);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-book]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  book(link.href);
});
dialog.addEventListener("close", () => {
  page.sheet()?.unmark();
  const back = dialog.focusBack?.isConnected === false ? page.sheet().scroller : dialog.focusBack;
  back?.focus({ preventScroll: true });
});
document.addEventListener("calendar:booked", () => {
  dialog.close();
  page.refresh();
});
// A refused time is shown where it clashes; with its errors the form is longer and may need another place.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "book-body" || !dialog.open) return;
  placeBeside(dialog, dialog.at);
  const form = dialog.querySelector("form");
  if (!form?.elements.starts_on) return; // the free times, where a form was
  const start = `${form.elements.starts_on.value}T${form.elements.starts_at.value}`;
  const refused = form.elements.starts_at.getAttribute("aria-invalid") === "true";
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(start)) page.sheet()?.mark({ ...dialog.picked, start, minutes: Number(form.dataset.minutes) || 60, clash: refused });
});

// Moving

async function move(event, { start, end, minutes, resource }) {
  const { trainer, location, room, version, url } = event;
  const { by } = page.period();
  const to = { trainer, room, location, ...(resource ? { [PARAMETER[by]]: resource.id } : {}) };
  if (by === "locations" && to.location !== location) to.room = ""; // a room stays where it is
  // Until it is answered it stays where it was let go: a second move would name a version that is no more.
  page.sheet().put(event, { start, end, minutes, movable: false, ...to });
  const body = new FormData();
  body.set("zone", page.period().zone);
  body.set("starts_on", start.slice(0, 10));
  body.set("starts_at", start.slice(11));
  body.set("minutes", String(minutes));
  body.set("trainer", to.trainer);
  body.set("place", to.room ? `${placeOf(to)}:${to.room}` : to.location);
  body.set("version", version);
  try {
    const { message, undo } = await call(`${url}move/`, { method: "POST", body, redirect: "manual" });
    quiet();
    undone = undo;
    toast(message, { undo });
  } catch (error) {
    page.sheet().put(event, event); // back where it was, though nothing may be had from the server
    complain(error.message, `${url}move/`);
  }
  page.refresh();
}

// A room of another location takes the session there with it.
function placeOf({ room, location }) {
  return page.period().resources.find((one) => one.id === room)?.location || location;
}

function complain(words, form) {
  const alert = document.getElementById("cal-alert");
  alert.querySelector("span").textContent = words;
  alert.querySelector("a").href = form;
  alert.hidden = false;
}

function quiet() {
  document.getElementById("cal-alert").hidden = true;
}

// What others do: the socket's events, or the polls' where there is none.
document.addEventListener("fitflow:live", page.refresh);
