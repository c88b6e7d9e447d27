// The studio's calendar: click a time to book, drag to move, and see what others do as they do it.
import "./booking.js";
import { calendarPage, placeBeside, wallClock } from "./calendar_grid.js";
import { call, openDialog, toast } from "./ui.js";

const box = document.getElementById("calendar");
const sheet = document.getElementById("book");
const mayBook = box.dataset.book !== "";

const page = calendarPage({
  editable: mayBook,
  eventStartEditable: mayBook,
  dateClick: mayBook ? ({ dateStr, allDay, resource, jsEvent, view }) => {
    const query = new URLSearchParams({ starts: allDay ? dateStr.slice(0, 10) : dateStr.slice(0, 16) });
    if (resource && view.type === "resourceTimeGridDay") query.set(page.period().view === "rooms" ? "room" : "trainer", resource.id);
    book(`${box.dataset.book}?${query}`, { at: jsEvent, pick: allDay ? null : { start: dateStr.slice(0, 16), resource } });
  } : undefined,
  eventClick: ({ event }) => {
    if (event.extendedProps.url) window.location.assign(event.extendedProps.url);
  },
  eventDrop: move,
  eventResize: move,
});

// Booking

function clearPick() {
  page.grid()?.removeEventById("pick");
}

function markPick({ start, resource }, minutes = 60, clash = false) {
  clearPick();
  const until = new Date(new Date(`${start}:00`).getTime() + minutes * 60000);
  page.grid()?.addEvent({
    id: "pick", start, end: wallClock(until), title: clash ? "Clashes" : "New session", editable: false,
    classNames: [clash ? "clash" : "pick"], resourceIds: resource ? [resource.id] : [],
  });
}

async function book(url, { at, pick } = {}) {
  await window.htmx.ajax("GET", url, { target: "#book-body", swap: "innerHTML" });
  if (!sheet.querySelector("form")) return;
  sheet.picked = pick;
  if (pick) markPick(pick);
  openDialog(sheet);
  sheet.at = at;
  placeBeside(sheet, at);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-book]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  book(link.href);
});
sheet?.addEventListener("close", clearPick);
document.addEventListener("calendar:booked", () => {
  sheet.close();
  page.refresh();
});
// A refused time is shown where it clashes; with its errors the form is longer and may need another place.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "book-body" || !sheet.open) return;
  placeBeside(sheet, sheet.at);
  const form = sheet.querySelector("form");
  if (!form?.elements.starts_on) return; // the free times, where a form was
  const start = `${form.elements.starts_on.value}T${form.elements.starts_at.value}`;
  const refused = form.elements.starts_at.getAttribute("aria-invalid") === "true";
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(start)) markPick({ ...sheet.picked, start }, Number(form.dataset.minutes) || 60, refused);
});

// Moving

async function move({ event, newResource, revert }) {
  const { trainer, location, room, version, url } = event.extendedProps;
  const rooms = page.period().view === "rooms";
  const start = wallClock(event.start);
  const body = new FormData();
  body.set("starts_on", start.slice(0, 10));
  body.set("starts_at", start.slice(11));
  body.set("minutes", String(Math.round((event.end - event.start) / 60000)));
  body.set("trainer", !rooms && newResource ? newResource.id : trainer);
  const into = rooms && newResource ? newResource.id : room;
  body.set("place", into ? `${location}:${into}` : location);
  body.set("version", version);
  try {
    const { message, undo } = await call(`${url}move/`, { method: "POST", body });
    quiet();
    toast(message, { undo });
  } catch (error) {
    revert();
    complain(error.message, `${url}move/`);
  }
  page.refresh();
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
