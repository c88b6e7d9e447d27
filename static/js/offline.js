// The page for no network: says what is kept on this device, and leads back to the page that was asked for.
const FIRST_PAUSE = 3000;
const LONGEST_PAUSE = 30000;
const told = document.getElementById("told");
let pause = FIRST_PAUSE;
let next = 0;

function count() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith("ff-board:")).length;
  } catch {
    return 0; // storage is blocked: nothing is kept
  }
}

/** A form is not sent again: the page on which it stood is shown. */
function back() {
  if (!("sent" in document.documentElement.dataset)) return void window.location.reload();
  const from = document.referrer.startsWith(`${window.location.origin}/`) ? document.referrer : "/";
  window.location.replace(from);
}

async function look({ asked = false } = {}) {
  clearTimeout(next);
  if (asked) told.textContent = "Trying …";
  try {
    const answer = await fetch("/service-worker.js", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (answer.status < 500) return void back();
    told.textContent = asked ? "The studio's server does not answer yet." : told.textContent;
  } catch {
    if (asked) told.textContent = "There is no network yet.";
  }
  next = setTimeout(look, pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

const waiting = count();
document.getElementById("kept").hidden = !waiting;
document.querySelector("#kept strong").textContent = `${waiting} ${waiting === 1 ? "entry" : "entries"}.`;
document.getElementById("lost").hidden = !("sent" in document.documentElement.dataset);
document.getElementById("again").addEventListener("click", () => look({ asked: true }));
window.addEventListener("online", () => look());
next = setTimeout(look, pause);
