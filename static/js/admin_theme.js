// One choice of theme for the site and its admin. The site keeps it in a cookie, unfold in the browser's storage: the cookie
// is handed to unfold before it starts, and what is chosen in the admin goes back into the cookie and onto our tokens.
(function () {
  "use strict";
  const root = document.documentElement;
  const labels = location.hostname.split(".");
  const domain = labels.length > 1 ? `; Domain=${labels.slice(Math.max(labels.length - 2, 0)).join(".")}` : "";
  const secure = location.protocol === "https:" ? "; Secure" : "";

  function chosen() {
    return (document.cookie.match(/(?:^|; )theme=(light|dark)/) || [])[1] || "auto";
  }

  localStorage.setItem("adminTheme", JSON.stringify(chosen()));
  root.dataset.bsTheme = chosen() === "auto" && matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : chosen();

  new MutationObserver(function () {
    root.dataset.bsTheme = root.classList.contains("dark") ? "dark" : "light";
    const theme = JSON.parse(localStorage.getItem("adminTheme") || '"auto"');
    if (theme !== chosen()) {
      const known = theme === "light" || theme === "dark";
      document.cookie = `theme=${known ? theme : ""}; Path=/; Max-Age=${known ? 31536000 : 0}; SameSite=Lax${domain}${secure}`;
    }
  }).observe(root, { attributes: true, attributeFilter: ["class"] });
})();
