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
  if (!button) return;
  button.textContent = `${button.dataset.make} ${made} ${made === 1 ? "session" : "sessions"}`;
  button.disabled = made === 0;
}

list?.addEventListener("change", (event) => {
  if (event.target.matches("input[type=datetime-local]")) event.target.closest("li").querySelector("input[name=keep]").checked = true;
  count();
});

// The form: only the fields that belong to what is chosen are shown.
const form = document.querySelector("[data-repeat]");

function show(name, chosen) {
  for (const part of form.querySelectorAll(`[data-${name}]`)) part.hidden = part.dataset[name] !== chosen;
}

function parts() {
  show("ends", form.querySelector("input[name=ends]:checked")?.value);
  show("on", form.querySelector("input[name=on]:checked")?.value);
  show("unit", form.elements.unit.value);
}

form?.addEventListener("change", parts);
if (form) parts();
