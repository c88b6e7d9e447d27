// Sets the theme before first paint: as the system says, until the person chooses the other one.
// Loaded in <head> without defer, so that no page flashes. The choice is a cookie of the whole site, since every
// studio has a host of its own; choosing what the system says anyway forgets it again.
(function () {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    return (document.cookie.match(/(?:^|; )theme=(light|dark)/) || [])[1];
  }

  function wanted() {
    return system.matches ? "dark" : "light";
  }

  function apply() {
    root.dataset.bsTheme = chosen() || wanted();
  }

  // A cookie for the widest domain the browser lets us have: fitflow.ca for lotus.fitflow.ca.
  function keep(theme) {
    const labels = location.hostname.split(".");
    const secure = location.protocol === "https:" ? "; Secure" : "";
    const life = theme ? 31536000 : 0;
    for (let first = Math.max(labels.length - 2, 0); first >= 0; first--) {
      const domain = labels.length > 1 ? `; Domain=${labels.slice(first).join(".")}` : "";
      document.cookie = `theme=${theme}; Path=/; Max-Age=${life}; SameSite=Lax${domain}${secure}`;
      if ((chosen() || "") === theme) return;
    }
    document.cookie = `theme=${theme}; Path=/; Max-Age=${life}; SameSite=Lax${secure}`;
  }

  // What is drawn by script draws itself again.
  function change() {
    const before = root.dataset.bsTheme;
    apply();
    if (root.dataset.bsTheme !== before) {
      document.dispatchEvent(new CustomEvent("ff:theme", { detail: { theme: root.dataset.bsTheme } }));
    }
  }

  apply();
  system.addEventListener("change", change);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    keep(next === wanted() ? "" : next);
    change();
  });
})();
