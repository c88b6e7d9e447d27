// Live events of a studio: a socket, and polling while there is none.
// Dispatches `fitflow:live` on document with {id, event, session?, booking?}; each event once.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
const PATIENCE = 2000; // a socket that has not said hello by then may never: some networks swallow it without a word
const POLL_EVERY = 3000; // what is asked for must be on the page within six seconds, on a slow line too
const known = new Set();
let pause = FIRST_PAUSE;
let since = ""; // the server's own clock, once it has said it
let polling = false;
let next = 0;
let round = 0;
let stopped = false;
let live = null; // the socket that has said hello

function say(state) {
  const words = { live: "Live", polling: "Updated every few seconds", offline: "Offline, trying again", stopped: "Not followed: sign in again" };
  for (const place of document.querySelectorAll("[data-live-status]")) {
    place.dataset.liveStatus = state;
    const text = place.querySelector("[data-live-words]") || place;
    text.textContent = words[state];
  }
}

function tell(detail) {
  if (!detail.id || known.has(detail.id)) return;
  known.add(detail.id);
  if (known.size > 2000) known.delete(known.values().next().value);
  document.dispatchEvent(new CustomEvent("fitflow:live", { detail }));
}

async function poll() {
  try {
    const answer = await fetch(since ? `/live/events/?since=${encodeURIComponent(since)}` : "/live/events/", {
      headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000),
    });
    if (answer.status === 401 || answer.status === 403 || answer.status === 404 || answer.redirected) {
      stopped = true;
      stopPolling();
      say("stopped");
      return;
    }
    const body = await answer.json();
    since = body.now;
    body.events.forEach(tell);
    if (polling) say("polling");
  } catch {
    say("offline");
  }
}

// The next question waits for the answer to the last: a slow server is not asked more, but less.
async function keepPolling(mine) {
  await poll();
  if (polling && mine === round) next = setTimeout(keepPolling, POLL_EVERY, mine);
}

function startPolling() {
  if (polling || stopped) return;
  polling = true;
  keepPolling(++round);
}

function stopPolling() {
  polling = false;
  clearTimeout(next);
}

function connect() {
  if (stopped) return;
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  const patience = setTimeout(startPolling, PATIENCE);
  let socket;
  try {
    socket = new WebSocket(`${scheme}://${window.location.host}/ws/live/`);
  } catch {
    startPolling();
    return;
  }
  socket.addEventListener("message", (message) => {
    const body = JSON.parse(message.data);
    if (body.event === "hello") {
      clearTimeout(patience);
      pause = FIRST_PAUSE;
      stopPolling();
      poll(); // what happened while there was no socket
      say("live");
      live = socket;
      document.dispatchEvent(new CustomEvent("fitflow:socket"));
      return;
    }
    if (body.event.startsWith("presence")) {
      document.dispatchEvent(new CustomEvent("fitflow:presence", { detail: body }));
      return;
    }
    tell(body);
  });
  socket.addEventListener("close", () => {
    clearTimeout(patience);
    startPolling();
    setTimeout(connect, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

// What a page shows (presence.js) is told to the others while there is a socket.
document.addEventListener("fitflow:look", ({ detail }) => {
  if (live?.readyState === WebSocket.OPEN) live.send(JSON.stringify(detail));
});

// The browser knows before the socket does: without a network nothing comes, whatever the socket believes.
window.addEventListener("offline", () => stopped || say("offline"));
window.addEventListener("online", () => {
  if (stopped) return;
  if (live?.readyState === WebSocket.OPEN) say("live");
  poll();
});

// Who follows a studio live is shown our own page where a page cannot be reached (templates/service_worker.js).
navigator.serviceWorker?.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => {});

connect();
