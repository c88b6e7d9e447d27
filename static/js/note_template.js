// The sections of a template: added, taken out and moved in place. Without this, one empty section more is always there.
const list = document.querySelector("[data-sections]");
const form = list.closest("form");
const add = document.querySelector("[data-add-section]");
const most = Number(list.dataset.sections);
const blank = list.lastElementChild.cloneNode(true);
let made = list.children.length;

for (const field of blank.querySelectorAll("input")) field.value = "";

function settle() {
  const rows = [...list.children];
  for (const [place, row] of rows.entries()) {
    row.querySelector(".section-tools").hidden = false;
    row.querySelector("[data-move='-1']").disabled = place === 0;
    row.querySelector("[data-move='1']").disabled = place === rows.length - 1;
    const name = row.querySelector("[name=heading]").value.trim() || `section ${place + 1}`;
    row.querySelector("[data-move='-1']").ariaLabel = `Move up: ${name}`;
    row.querySelector("[data-move='1']").ariaLabel = `Move down: ${name}`;
    row.querySelector("[data-remove]").ariaLabel = `Take out: ${name}`;
  }
  add.hidden = rows.length >= most;
}

function another() {
  const row = blank.cloneNode(true);
  made += 1;
  for (const label of row.querySelectorAll("label")) {
    const id = `${label.htmlFor.split("-")[0]}-${made}`;
    label.parentElement.querySelector("input").id = id;
    label.htmlFor = id;
  }
  list.append(row);
  settle();
  row.querySelector("input").focus();
}

list.addEventListener("click", (event) => {
  const row = event.target.closest(".section-row");
  const move = Number(event.target.closest("[data-move]")?.dataset.move ?? 0);
  if (move < 0) row.previousElementSibling?.before(row);
  if (move > 0) row.nextElementSibling?.after(row);
  if (event.target.closest("[data-remove]")) {
    (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input").focus();
    row.remove();
    if (!list.children.length) another();
  }
  settle();
  if (move) event.target.closest("[data-move]:not(:disabled)")?.focus();
  form.dispatchEvent(new Event("ff:sections"));
});
list.addEventListener("input", settle);
add.addEventListener("click", another);
// There is a button for another one: the empty one that is there for who has none goes.
const last = list.lastElementChild;
if (list.children.length > 1 && [...last.querySelectorAll("input")].every((field) => !field.value)) last.remove();
settle();
