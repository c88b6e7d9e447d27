// Live events of a studio: a socket, and polling while there is none.
// Dispatches `fitflow:live` on document with {id, event, session?, booking?}; each event once.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
const POLL_EVERY = 5000;
const known = new Set();
let pause = FIRST_PAUSE;
let since = new Date().toISOString();
let polling = null;
let stopped = false;

function say(state) {
  const words = { live: "Live", polling: "Updated every 5 seconds", offline: "Offline, trying again" };
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
    const answer = await fetch(`/live/events/?since=${encodeURIComponent(since)}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403 || answer.status === 404 || answer.redirected) {
      stopped = true;
      stopPolling();
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

function startPolling() {
  if (polling || stopped) return;
  polling = setInterval(poll, POLL_EVERY);
  poll();
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

function connect() {
  if (stopped) return;
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
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
      pause = FIRST_PAUSE;
      stopPolling();
      poll(); // what happened while there was no socket
      say("live");
      return;
    }
    tell(body);
  });
  socket.addEventListener("close", () => {
    startPolling();
    setTimeout(connect, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

connect();
