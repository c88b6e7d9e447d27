// The time zone is asked only where a province has several; the list shows that province's alone.
const province = document.querySelector("select[name=province]");
const zone = document.querySelector("select[name=timezone]");

function fit(changed) {
  const wanted = province.selectedOptions[0]?.text;
  let own = null;
  for (const group of zone.querySelectorAll("optgroup")) {
    group.hidden = group.disabled = group.label !== wanted;
    if (!group.hidden) own = group;
  }
  zone.closest(".field").hidden = !own;
  if (!own) zone.value = "";
  else if (changed || !own.contains(zone.selectedOptions[0])) {
    const same = [...own.children].find((option) => option.value === zone.value);
    (changed ? own.children[0] : (same ?? own.children[0])).selected = true;
  }
}

if (province && zone) {
  province.addEventListener("change", () => fit(true));
  fit(false);
}
