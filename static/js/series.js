// The preview of a series: counts what is ticked, and ticks a session whose time is changed.
const list = document.querySelector("[data-occurrences]");

function words(made, out) {
  const sessions = `${made} ${made === 1 ? "session" : "sessions"}`;
  return out ? `${sessions}, ${out} left out` : sessions;
}

function count() {
  const ticks = [...list.querySelectorAll("input[name=keep]")];
  const made = ticks.filter((tick) => tick.checked).length;
  for (const tick of ticks) tick.closest("li").toggleAttribute("data-out", !tick.checked);
  for (const place of document.querySelectorAll("[data-summary]")) place.textContent = words(made, ticks.length - made);
  const button = document.querySelector("[data-make]");
  button.textContent = made === 1 ? "Make 1 session" : `Make ${made} sessions`;
  button.disabled = made === 0;
}

list?.addEventListener("change", (event) => {
  if (event.target.matches("input[type=datetime-local]")) event.target.closest("li").querySelector("input[name=keep]").checked = true;
  count();
});

// The form: only the field that belongs to how it ends is shown.
const form = document.querySelector("[data-repeat]");

function ends() {
  const chosen = form.querySelector("input[name=ends]:checked")?.value;
  for (const part of form.querySelectorAll("[data-ends]")) part.hidden = part.dataset.ends !== chosen;
}

form?.addEventListener("change", ends);
if (form) ends();
