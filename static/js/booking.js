// The booking form's own behaviour, in the sheet and on its page: the search for a client, and what the chosen service costs.
import { comboboxes } from "./combobox.js";

function settle(root) {
  comboboxes(root);
  for (const select of root.querySelectorAll("select[name=service]")) showPrice(select);
}

function showPrice(select) {
  for (const line of select.form.querySelectorAll("[data-price]")) line.hidden = line.dataset.price !== select.value;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[name=service]")) showPrice(event.target);
});
document.addEventListener("htmx:load", (event) => settle(event.detail.elt));
settle(document);
