// Dropping a file onto the page instead of choosing it. Without this the file field works as it is.

const zone = document.querySelector("[data-drop]");
const field = zone?.querySelector('input[type="file"]');

if (field && "DataTransfer" in window) {
  zone.querySelector(".drop-hint").hidden = false;
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle("is-over", is);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    const chosen = new DataTransfer();
    chosen.items.add(file);
    field.files = chosen.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}
