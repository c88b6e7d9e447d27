// Runs on every page of the shells. Everything here improves a page that works without it.
import { drop, left, remind } from "./board_left.js";
import { ask, csrfToken, openDialog, relative, toast } from "./ui.js";

// Dialogs: data-dialog="id" opens, data-close or a click beside it closes.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) return void openDialog(opener.dataset.dialog);
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
});

// Menus made of <details data-menu>: one open at a time, Escape and a click elsewhere close them.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Forms: data-confirm asks first; every form is sent once and says that it is being sent.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const { confirm, confirmText, confirmLabel } = form.dataset;
  if (!confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  const label = confirmLabel ?? submitter?.textContent.trim() ?? "Go on";
  if (!(await ask({ title: confirm, text: confirmText, label }))) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
}, true);

// Signing out leaves nothing of hers behind on a shared device: what a session board kept to be sent, and what was typed into a
// note, goes once she agrees.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-leave]")) return;
  const words = Object.keys(sessionStorage).filter((name) => name.startsWith("note:"));
  const entries = left();
  if (!entries.length && !words.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const [title, text] = entries.length
    ? ["Some entries were not sent yet", "What was entered in a session without a network is still on this device. Signing out drops it."]
    : ["A note is not kept yet", "What you typed into a note is on this device alone. Signing out drops it."];
  if (!(await ask({ title, text, label: "Sign out", keep: "Stay" }))) return;
  drop();
  sessionStorage.clear();
  form.requestSubmit(event.submitter);
}, true);
remind();

// Every tab of this studio hears of it: it forgets what was being written when she asks to leave, and goes to the start when
// she is out. A tab that slept finds the time of it when it wakes.
let leaving = false;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("[data-leave]")) return;
  leaving = true;
  sessionStorage.clear();
  localStorage.setItem("ff-left", String(Date.now()));
});
window.addEventListener("pagehide", () => leaving && localStorage.setItem("ff-out", String(Date.now())));
window.addEventListener("storage", ({ key }) => {
  if (key === "ff-left") sessionStorage.clear();
  if (key === "ff-out") window.location.replace("/");
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && Number(localStorage.getItem("ff-out") ?? 0) > performance.timeOrigin) window.location.replace("/");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = "yes";
  if (event.submitter) busy(event.submitter);
});

function busy(button) {
  const words = button.querySelector("span:not(.visually-hidden)") ?? button;
  button.dataset.words = words.textContent;
  button.setAttribute("aria-disabled", "true");
  button.classList.add("is-busy");
  if (button.dataset.busy) words.textContent = button.dataset.busy;
}

function rest(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll(".is-busy")) {
    const words = button.querySelector("span:not(.visually-hidden)") ?? button;
    words.textContent = button.dataset.words;
    button.removeAttribute("aria-disabled");
    button.classList.remove("is-busy");
  }
}

// A page taken from the back-forward cache may be sent again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(rest);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("form");
  const button = event.detail.requestConfig?.triggeringEvent?.submitter;
  if (form && button) busy(button);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) rest(form);
});

// htmx: our token on every unsafe request, and a word when a request fails.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});
for (const kind of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(kind, (event) => {
    const told = event.detail.xhr?.getResponseHeader("HX-Trigger");
    if (!told && event.detail.requestConfig?.triggeringEvent?.type) {
      toast("That did not reach us. Try again in a moment.", { icon: "wifi-off" });
    }
  });
}

// Toasts from the server (HX-Trigger: {"ff:toast": {"text": …, "undo": …}}) and from page scripts.
document.addEventListener("ff:toast", (event) => toast(event.detail.text, event.detail));

// Tabs: role="tab" with aria-controls, arrow keys as in the ARIA practices.
function select(tab) {
  for (const other of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.classList.toggle("active", chosen);
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls"))?.classList.toggle("active", chosen);
    document.getElementById(other.getAttribute("aria-controls"))?.classList.toggle("show", chosen);
  }
}
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab][aria-controls]");
  if (tab) select(tab);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tab][aria-controls]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const turn = document.dir === "rtl" ? -step : step;
  const next = tabs[(tabs.indexOf(tab) + turn + tabs.length) % tabs.length];
  select(next);
  next.focus();
});

// Filters send themselves when something is chosen: <form data-auto-submit>.
document.addEventListener("change", (event) => {
  event.target.closest?.("form[data-auto-submit]")?.requestSubmit();
});

// Passwords can be shown.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = button.parentElement.querySelector("input");
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.querySelector("i").className = shown ? "bi bi-eye-slash" : "bi bi-eye";
});

// What is there when a page or a fragment arrives.
function settle(root) {
  for (const button of root.querySelectorAll("[data-reveal]")) button.hidden = false;
  for (const dialog of root.querySelectorAll("dialog[data-open]")) openDialog(dialog);
  for (const copy of root.querySelectorAll("[data-copy]")) copy.hidden = !navigator.clipboard;
  const trouble = root.querySelector("[data-focus], .is-invalid");
  if (trouble && !trouble.closest("dialog:not([open])")) trouble.focus();
  tick(root);
}
function tick(root = document) {
  for (const time of root.querySelectorAll("time[data-relative]")) {
    time.textContent = relative(Date.parse(time.dateTime));
  }
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  toast("Copied");
});
document.addEventListener("htmx:load", (event) => settle(event.detail.elt));
settle(document);
setInterval(tick, 30000);
