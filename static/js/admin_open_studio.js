// Offers an address made from the studio's name until one is typed, and shows the host it becomes.
const form = document.querySelector("[data-open-studio]");
const name = form.elements.name;
const slug = form.elements.slug;
const line = form.querySelector("[data-host]");
let own = Boolean(slug.value);

function addressOf(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[-0-9]+|-+$/g, "").slice(0, 40);
}

function show() {
  const url = new URL(line.dataset.host);
  line.hidden = !slug.value;
  line.querySelector("strong").textContent = `${slug.value}.${url.host}`;
}

name.addEventListener("input", () => {
  if (!own) slug.value = addressOf(name.value);
  show();
});
slug.addEventListener("input", () => {
  own = Boolean(slug.value);
  show();
});
show();
