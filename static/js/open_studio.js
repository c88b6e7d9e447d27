// Opening a studio: the address follows the name until one edits it, the zone is asked only where a province has several.
import { call } from "./ui.js";

const form = document.querySelector("[data-open-studio]");
const { name, slug, province, timezone } = form.elements;
const zones = JSON.parse(document.getElementById("zones").textContent);
const shown = form.querySelector("[data-slug]");
const verdict = form.querySelector("[data-verdict]");
const zoneField = form.querySelector("[data-zone]");
const groups = [...timezone.querySelectorAll("optgroup")];
let edited = slug.value !== "";
let asked;

function addressOf(text) {
  const plain = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/['’]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
}

async function check() {
  const wanted = slug.value.trim().toLowerCase();
  shown.textContent = wanted || "your-studio";
  verdict.textContent = "";
  if (!wanted) return;
  try {
    const answer = await call(`${form.dataset.check}?slug=${encodeURIComponent(wanted)}`);
    if (slug.value.trim().toLowerCase() === answer.slug) verdict.textContent = answer.message;
  } catch {
    verdict.textContent = ""; // The form itself says so when it is sent.
  }
}

function later() {
  clearTimeout(asked);
  asked = setTimeout(check, 300);
}

function fitZones() {
  const several = (zones[province.value] ?? []).length > 1;
  zoneField.hidden = !several;
  const label = province.selectedOptions[0]?.text;
  for (const group of groups) group.hidden = group.disabled = group.label !== label;
  if (!several) timezone.value = "";
  else if (!zones[province.value].includes(timezone.value)) [timezone.value] = zones[province.value];
}

name.addEventListener("input", () => {
  if (edited) return;
  slug.value = addressOf(name.value);
  shown.textContent = slug.value || "your-studio";
  later();
});
slug.addEventListener("input", () => {
  edited = slug.value !== "";
  later();
});
province.addEventListener("change", fitZones);
fitZones();
if (slug.value) check();
