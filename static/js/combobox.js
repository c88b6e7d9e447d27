// A text field that finds people while one types (the ARIA combobox of the authoring practices). The markup works without
// it: the server finds the person by what was typed.
//   <div data-combobox="/calendar/clients/"><input …><input type="hidden" …></div>
import { call } from "./ui.js";

let counter = 0;

/** Makes every `[data-combobox]` below `root` a combobox; one that is one already stays as it is. */
export function comboboxes(root = document) {
  for (const box of root.querySelectorAll("[data-combobox]:not([data-ready])")) new Combobox(box);
}

class Combobox {
  constructor(box) {
    box.dataset.ready = "";
    this.url = box.dataset.combobox;
    this.input = box.querySelector("input:not([type=hidden])");
    this.value = box.querySelector("input[type=hidden]");
    this.list = document.createElement("ul");
    this.list.id = `combobox-${++counter}`;
    this.list.className = "combo-list";
    this.list.role = "listbox";
    this.list.hidden = true;
    this.list.setAttribute("aria-label", box.querySelector("label")?.textContent.trim() ?? "Found");
    this.status = document.createElement("span");
    this.status.className = "visually-hidden";
    this.status.role = "status";
    this.input.after(this.list, this.status);
    this.active = -1;
    for (const [name, text] of Object.entries({
      role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
    })) this.input.setAttribute(name, text);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("click", () => this.list.hidden && this.find());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  typed() {
    this.value.value = "";
    clearTimeout(this.wait);
    this.wait = setTimeout(() => this.find(), 180);
  }

  async find() {
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const query = new URLSearchParams({ q: this.input.value });
      const { results } = await call(`${this.url}?${query}`, { signal: this.asked.signal });
      this.show(results);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(results) {
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...results.map((result, index) => option(`${this.list.id}-${index}`, result)));
    if (!results.length) this.list.append(nobody());
    this.status.textContent = results.length === 1 ? "1 found" : `${results.length} found`;
    this.list.hidden = document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) return void this.find();
      this.mark(this.active + step);
    } else if (event.key === "Enter" && !this.list.hidden && this.active >= 0) {
      event.preventDefault();
      this.choose(this.options[this.active]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  mark(index) {
    const options = this.options;
    if (!options.length) return;
    this.active = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option) return;
    this.input.value = option.dataset.name;
    this.value.value = option.dataset.value;
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function option(id, { id: value, name, detail }) {
  const item = document.createElement("li");
  Object.assign(item, { id, role: "option" });
  item.setAttribute("aria-selected", "false");
  item.dataset.value = value;
  item.dataset.name = name;
  item.append(name);
  if (detail) {
    const more = document.createElement("small");
    more.textContent = detail;
    item.append(more);
  }
  return item;
}

function nobody() {
  const item = document.createElement("li");
  item.className = "combo-none";
  item.textContent = "Nobody by that name.";
  return item;
}
