// What page scripts share. Importing it does nothing by itself; app.js starts what runs on every page.

/** The token that unsafe requests carry; the shell puts it in <meta name="csrf-token">. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

export const SIGNED_OUT = "You are signed out.";

// A browser says "Failed to fetch" of a network that is not there; what was given up by ourselves stays what it is.
function unreached(error) {
  if (error.name === "AbortError") throw error;
  throw new Error("That did not reach us. Try again in a moment.", { cause: error });
}

/**
 * Calls one of our own addresses; answers its JSON, throws an Error with `status` and `body` when it says no. With `redirect`
 * "manual" whoever was signed out meanwhile is told so: the way to the sign-in page leads to another host, which the policy bars.
 * An answer without JSON is none of ours (a sign-in page, a network that wants to be paid): it throws too.
 */
export async function call(url, { method = "GET", body, headers = {}, signal, redirect = "follow" } = {}) {
  const own = { Accept: "application/json", ...headers };
  if (method !== "GET") own["X-CSRFToken"] = csrfToken();
  if (body !== undefined && !(body instanceof FormData)) own["Content-Type"] = "application/json";
  const sent = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers: own, body: sent, signal, redirect, credentials: "same-origin" }).catch(unreached);
  if (response.type === "opaqueredirect") throw new Error(SIGNED_OUT);
  const json = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
  if (response.ok && (json !== null || response.status === 204)) return json;
  const words = json?.error?.message ?? "That did not work. Try again in a moment.";
  throw Object.assign(new Error(words), { status: response.status, body: json });
}

/** Shows a message about something that happened elsewhere; it leaves after six seconds unless it is held. */
export function toast(text, { icon = "check-circle", undo, href, link } = {}) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const box = document.createElement("div");
  box.className = "toast show";
  const mark = document.createElement("i");
  mark.className = `bi bi-${icon}`;
  mark.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(mark, words);
  if (href) words.append(" ", Object.assign(document.createElement("a"), { href, textContent: link }));
  if (undo) box.append(undoForm(undo));
  region.append(box);
  let timer;
  const leave = () => { timer = setTimeout(() => box.remove(), 6000); };
  for (const kind of ["pointerenter", "focusin"]) box.addEventListener(kind, () => clearTimeout(timer));
  for (const kind of ["pointerleave", "focusout"]) box.addEventListener(kind, leave);
  leave();
}

/** Posts to one of our own addresses as a form does: the page that answers is shown. */
export function postTo(url) {
  const form = undoForm(url);
  form.hidden = true;
  document.body.append(form);
  form.requestSubmit();
}

function undoForm(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  Object.assign(token, { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() });
  const button = document.createElement("button");
  button.className = "btn btn-quiet btn-sm";
  button.textContent = "Undo";
  form.append(token, button);
  return form;
}

/** Opens a <dialog class="sheet"> by id or element; the focus goes to what is wrong, on a desk else to the first field. */
export function openDialog(target) {
  const dialog = typeof target === "string" ? document.getElementById(target) : target;
  if (dialog && !dialog.open) dialog.showModal();
  const wrong = dialog?.querySelector("[aria-invalid=true]");
  const keys = window.matchMedia("(pointer: fine)").matches;
  (wrong ?? (keys && dialog?.querySelector(".form-control, .form-select")) ?? null)?.focus?.();
  return dialog;
}

let answer = null; // of the question that is open, or was a moment ago

/** Asks before something others will notice; answers true when the person goes on. */
export function ask({ title, text = "", label, keep = "Keep it" }) {
  const dialog = document.getElementById("ask");
  if (dialog.open) dialog.close("no");
  answer?.();
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("p").textContent = text;
  dialog.querySelector("[value=yes]").textContent = label;
  dialog.querySelector("[value=no]").textContent = keep;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    answer = () => {
      dialog.removeEventListener("close", closed);
      answer = null;
      resolve(dialog.returnValue === "yes");
    };
    // The event comes late: that of the question before may arrive while this one is open.
    const closed = () => dialog.open || answer();
    dialog.addEventListener("close", closed);
  });
}

/** Writes how far an instant is from now in words: "3 minutes ago", "in 2 hours". */
export function relative(instant, language = document.documentElement.lang) {
  const seconds = Math.round((instant - Date.now()) / 1000);
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, "minute") === "this minute" ? "just now" : words.format(Math.trunc(seconds), "second");
}
