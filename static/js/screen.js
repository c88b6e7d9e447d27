// A session on a second screen: the clock runs, and what others enter appears. Nothing is entered here.
const screen = document.querySelector("[data-screen]");
let waiting = null;

function tick() {
  const place = document.getElementById("screen-clock");
  const now = new Intl.DateTimeFormat("en-CA", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: screen.dataset.zone,
  }).format(new Date());
  if (place && place.textContent !== now) place.textContent = now;
}

function later(pause) {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, pause);
}

async function refresh() {
  try {
    const answer = await fetch(window.location.href, { credentials: "same-origin", redirect: "manual" });
    if (answer.status >= 500) return void later(3000);
    if (!answer.ok) return; // signed out, or gone
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["screen-head", "screen-body"]) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
    }
    tick();
  } catch {
    later(3000); // without a network it shows what it knew
  }
}

document.addEventListener("fitflow:live", ({ detail: { session, series, was } }) => {
  const { screen: own, series: mine } = screen.dataset;
  if (session !== own && !(mine && [series, was].includes(mine))) return;
  later(50);
});
window.addEventListener("online", refresh);
tick();
setInterval(tick, 1000);
