// On a phone each row of a table is a card (css/admin.css): every cell is told the name of its column.
document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll("#result_list, .tabular table")) {
    const names = [...table.querySelectorAll("thead tr:last-child th")].map((cell) => cell.textContent.trim().split("\n")[0].trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, at) => {
        if (names[at] && cell.colSpan === 1 && !cell.querySelector(".action-select")) cell.dataset.label = names[at];
      });
    }
  }
});
