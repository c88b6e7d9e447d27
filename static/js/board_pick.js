// Finds an exercise while one types, in the page's own list, so that it works without a network; a name that is not there can
// be made at once, by saying how it is counted. (The ARIA combobox of the authoring practices.)

const MADE = { load: "reps and load", bodyweight: "reps", time: "time", distance: "distance" };
const MOST = 8;
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** Makes the exercise field of a form a combobox; `chosen({id, name, measure})` is called with what was picked. */
export function pickers(form, chosen) {
  const box = form.querySelector("[data-pick]");
  if (box) new Picker(box, document.getElementById(box.dataset.pick), chosen);
}

class Picker {
  constructor(box, source, chosen) {
    Object.assign(this, { source, chosen, active: -1 });
    this.input = box.querySelector("input");
    this.input.removeAttribute("list"); // ours is used instead
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: "log-found", className: "combo-list", role: "listbox", hidden: true });
    this.list.setAttribute("aria-label", "Exercises");
    this.status = Object.assign(document.createElement("span"), { className: "visually-hidden", role: "status" });
    box.append(this.list, this.status);
    for (const [name, text] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    })) this.input.setAttribute(name, text);
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("click", () => this.list.hidden && this.show());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  get found() {
    const words = fold(this.input.value);
    const all = [...this.source.options].map(({ value, dataset }) => ({ name: value, id: dataset.id, measure: dataset.measure }));
    const like = all.filter(({ name }) => fold(name).includes(words));
    like.sort((one, two) => fold(two.name).startsWith(words) - fold(one.name).startsWith(words));
    return { like: like.slice(0, MOST), known: all.some(({ name }) => fold(name) === words) };
  }

  show() {
    const { like, known } = this.found;
    const name = this.input.value.replace(/\s+/g, " ").trim();
    const made = name && !known ? Object.keys(MADE).map((measure) => ({ name, measure, detail: `Counted in ${MADE[measure]}` })) : [];
    this.options = [...like, ...made];
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...this.options.map((option, index) => item(`${this.list.id}-${index}`, option)));
    this.status.textContent = like.length === 1 ? "1 found" : `${like.length} found`;
    this.list.hidden = !this.options.length || document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) return void this.show();
      this.mark(this.active + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.list.hidden) this.show();
      else this.choose(this.list.children[Math.max(this.active, 0)]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  mark(index) {
    const items = [...this.list.children];
    if (!items.length) return;
    this.active = (index + items.length) % items.length;
    items.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.active)));
    this.input.setAttribute("aria-activedescendant", items[this.active].id);
    items[this.active].scrollIntoView({ block: "nearest" });
  }

  choose(one) {
    if (!one) return;
    const exercise = this.options[[...this.list.children].indexOf(one)];
    this.input.value = "";
    this.close();
    if (!exercise.id) this.remember(exercise);
    this.chosen(exercise);
  }

  /** A new exercise is found again before the server has given it an id. */
  remember({ name, measure }) {
    const option = Object.assign(document.createElement("option"), { value: name });
    Object.assign(option.dataset, { id: "", measure });
    this.source.append(option);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function item(id, { name, detail }) {
  const made = Object.assign(document.createElement("li"), { id, role: "option" });
  made.setAttribute("aria-selected", "false");
  made.append(detail ? `Add “${name}”` : name);
  if (detail) made.append(Object.assign(document.createElement("small"), { textContent: detail }));
  return made;
}
