// Draws every <canvas data-chart="id"> from the JSON of the element with that id. The words for it stand on the canvas.
import { draw, token } from "./chart_look.js";

const narrow = window.matchMedia("(max-width: 767.98px)");
const LONGEST_NAME = narrow.matches ? 15 : 24;

/** Writes a figure as its chart does: money short (`14.3k`), shares with their sign. */
function short(value, kind) {
  if (kind === "percent") return `${value}%`;
  if (kind !== "money" || Math.abs(value) < 1000) return new Intl.NumberFormat("en-CA", { maximumFractionDigits: 0 }).format(value);
  return `${new Intl.NumberFormat("en-CA", { maximumFractionDigits: 1 }).format(value / 1000)}k`;
}

function whole(value, kind) {
  if (kind !== "money") return short(value, kind);
  return new Intl.NumberFormat("en-CA", { style: "currency", currency: "CAD", currencyDisplay: "narrowSymbol" }).format(value);
}

/** The figure at each bar's end, and a dashed edge round the bar that still grows. */
const marks = {
  id: "marks",
  afterDatasetsDraw(chart, _, { kind, lying, open }) {
    const { ctx, data } = chart;
    ctx.save();
    data.datasets.forEach((set, at) => {
      chart.getDatasetMeta(at).data.forEach((bar, place) => {
        if (open === place) dash(ctx, bar, set.edge);
        if (data.datasets.length === 1 && set.data[place]) label(ctx, bar, short(set.data[place], kind), lying);
      });
    });
    ctx.restore();
  },
};

function dash(ctx, bar, colour) {
  const { x, y, base, width } = bar.getProps(["x", "y", "base", "width"], true);
  if (Math.abs(base - y) < 3) return;
  ctx.beginPath();
  ctx.roundRect(x - width / 2 + 1, y + 1, width - 2, base - y - 2, [6, 6, 0, 0]);
  Object.assign(ctx, { strokeStyle: colour, lineWidth: 2 });
  ctx.setLineDash([5, 4]);
  ctx.stroke();
  ctx.setLineDash([]);
}

function label(ctx, bar, text, lying) {
  Object.assign(ctx, { fillStyle: token("--ff-foreground"), font: `600 12px ${token("--ff-font")}` });
  Object.assign(ctx, lying ? { textAlign: "left", textBaseline: "middle" } : { textAlign: "center", textBaseline: "bottom" });
  ctx.fillText(text, bar.x + (lying ? 8 : 0), bar.y - (lying ? 0 : 6));
}

function sets({ series, open, lying }) {
  return series.map(({ name, hue, values }) => {
    const [edge, soft] = [token(`--ff-hue-${hue}`), token(`--ff-hue-${hue}-soft`)];
    const numbers = values.map((value) => (value === null ? null : Number(value)));
    const backgroundColor = numbers.map((_, at) => (at === open ? soft : edge));
    return { label: name, data: numbers, edge, backgroundColor, borderSkipped: lying ? "left" : "bottom", maxBarThickness: lying ? 36 : 56 };
  });
}

function scales({ kind, lying, series }) {
  const stacked = series.length > 1;
  const figures = {
    stacked, beginAtZero: true, display: lying ? false : !narrow.matches, border: { display: false },
    ticks: { maxTicksLimit: 5, padding: 8, callback: (value) => short(value, kind) }, grid: { display: !lying },
    max: kind === "percent" ? 100 : undefined, grace: kind === "percent" ? 0 : "8%",
  };
  const names = {
    stacked, grid: { display: false }, border: { color: token("--ff-border") }, ticks: { padding: 8, autoSkip: !lying },
  };
  if (lying) names.ticks.callback = function cut(at) { return ends(this.getLabelForValue(at)); };
  return lying ? { x: figures, y: names } : { x: names, y: figures };
}

function ends(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function options(chart) {
  const tooltip = { callbacks: { label: ({ dataset, parsed }) => `${dataset.label} ${whole(chart.lying ? parsed.x : parsed.y, chart.kind)}` } };
  return {
    type: "bar",
    data: { labels: chart.labels, datasets: sets(chart) },
    options: {
      indexAxis: chart.lying ? "y" : "x", scales: scales(chart), layout: { padding: chart.lying ? { right: 48 } : { top: 22 } },
      plugins: { tooltip, marks: { kind: chart.kind, lying: chart.lying, open: chart.open } },
    },
    plugins: [marks],
  };
}

for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
  const chart = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  draw(canvas, () => options(chart));
}
