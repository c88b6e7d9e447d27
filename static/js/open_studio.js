// Opening a studio: the address follows the name until one edits it, and one reads at once whether it is free.
import { call } from "./ui.js";
import "./zone_field.js";

const form = document.querySelector("[data-open-studio]");
const { name, slug } = form.elements;
const shown = form.querySelector("[data-slug]");
const verdict = form.querySelector("[data-verdict]");
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
if (slug.value) check();

// What was typed before this script was there counts as well.
if (name.value && !edited) name.dispatchEvent(new Event("input"));
