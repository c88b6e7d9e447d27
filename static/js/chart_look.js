// Chart.js in our clothes: `import { draw, token } from "./chart_look.js"`. The same figures always stand in a table too.
import { Chart } from "../vendor/chart/chart.js";

/** Returns the value of a token as the theme has it now: `token("--ff-primary")`. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function dress() {
  const { defaults } = Chart;
  defaults.font = { ...defaults.font, family: token("--ff-font"), size: 12 };
  defaults.color = token("--ff-muted-foreground");
  defaults.borderColor = token("--ff-border");
  defaults.maintainAspectRatio = false;
  defaults.animation = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 320 };
  defaults.plugins.legend.display = false;
  Object.assign(defaults.plugins.tooltip, {
    backgroundColor: token("--ff-card"), titleColor: token("--ff-foreground"), bodyColor: token("--ff-foreground"),
    borderColor: token("--ff-border"), borderWidth: 1, cornerRadius: 8, padding: 10, displayColors: false,
  });
  Object.assign(defaults.elements.bar, { borderRadius: 6, borderSkipped: "bottom", backgroundColor: token("--ff-primary") });
  defaults.scale.grid.drawTicks = false;
}

/** Draws with `options()` now and again whenever the theme changes; returns a function that gives the chart. */
export function draw(canvas, options) {
  dress();
  let chart = new Chart(canvas, options());
  document.addEventListener("ff:theme", () => {
    chart.destroy();
    dress();
    chart = new Chart(canvas, options());
  });
  return () => chart;
}

export { Chart };
