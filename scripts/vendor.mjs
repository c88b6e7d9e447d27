// Copies or bundles the packages pinned in package.json into static/vendor/<name>/, each with VERSION and LICENSE.
// Run it as `npm run vendor` after `npm ci`; what it writes is committed, so that FitFlow itself needs no Node.
import { build } from "esbuild";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, copyFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const target = join(root, "static", "vendor");

const MIT = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** Starts an empty folder for a package and writes its version and the licences of all that is in it. */
function open(name, pkg, licences) {
  const folder = join(target, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(modules, pkg, "package.json"), "utf8"));
  writeFileSync(join(folder, "VERSION"), `${pkg} ${version}\n`);
  const texts = licences.map((file) => (existsSync(join(modules, file)) ? readFileSync(join(modules, file), "utf8").trim() + "\n" : file));
  writeFileSync(join(folder, "LICENSE"), texts.join("\n----\n\n"));
  return folder;
}

/** Copies a text file without its source-map comment: the map is not shipped, and hashed static files look for it. */
function text(from, to, change = (body) => body) {
  const body = readFileSync(join(modules, from), "utf8").replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*/g, "");
  writeFileSync(to, change(body).trimEnd() + "\n");
}

// The calendar calls itself a table but has no rows that hold cells, which screen readers and axe rightly reject.
// Without those roles it reads as what it is: labelled events, one after the other. Each change must apply.
const CALENDAR_ROLES = [
  [`$.get(features).includes("list") ? "list" : "table"`, `$.get(features).includes("list") ? "list" : "group"`],
  [`$.set_attribute(div, "role", role())`, `$.set_attribute(div, "role", role() === "listitem" ? "listitem" : null)`],
  [`$.set_attribute(div, "role", ariaHidden() ? null : "columnheader")`, `$.set_attribute(div, "role", null)`],
  [/ role="(row|rowgroup|columnheader|rowheader)"/g, ""],
  [/\$\.set_attribute\((\w+), "aria-(colindex|colspan|colcount|rowindex|rowspan|rowcount)"/g, `$.set_attribute($1, "data-$2"`],
];
const calendarRoles = {
  name: "calendar-roles",
  setup({ onLoad }) {
    onLoad({ filter: /@event-calendar[\\/]core[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [from, to] of CALENDAR_ROLES) {
        const changed = contents.replaceAll(from, to);
        if (changed === contents) throw new Error(`The calendar has no ${from} any more: look at its roles again.`);
        contents = changed;
      }
      return { contents, loader: "js" };
    });
  },
};

/** Bundles an entry text to one ES module. */
async function bundle(contents, outfile, plugins = []) {
  await build({
    stdin: { contents, resolveDir: root, loader: "js" }, plugins,
    bundle: true, format: "esm", minify: true, legalComments: "none", target: ["es2022"], outfile, logLevel: "warning",
  });
}

const bootstrap = open("bootstrap", "bootstrap", ["bootstrap/LICENSE", "@popperjs/core/LICENSE.md"]);
for (const file of ["css/bootstrap.min.css", "css/bootstrap.rtl.min.css", "js/bootstrap.bundle.min.js"]) {
  text(`bootstrap/dist/${file}`, join(bootstrap, file.split("/")[1]));
}

const icons = open("bootstrap-icons", "bootstrap-icons", ["bootstrap-icons/LICENSE"]);
mkdirSync(join(icons, "fonts"));
copyFileSync(join(modules, "bootstrap-icons/font/fonts/bootstrap-icons.woff2"), join(icons, "fonts/bootstrap-icons.woff2"));
text("bootstrap-icons/font/bootstrap-icons.min.css", join(icons, "bootstrap-icons.min.css"), (css) =>
  css.replace(/src:[^;}]*/, 'src:url("fonts/bootstrap-icons.woff2") format("woff2")'));

const font = open("space-grotesk", "@fontsource-variable/space-grotesk", ["@fontsource-variable/space-grotesk/LICENSE"]);
mkdirSync(join(font, "files"));
for (const file of readdirSync(join(modules, "@fontsource-variable/space-grotesk/files"))) {
  copyFileSync(join(modules, "@fontsource-variable/space-grotesk/files", file), join(font, "files", file));
}
text("@fontsource-variable/space-grotesk/index.css", join(font, "index.css"));

const htmx = open("htmx", "htmx.org", ["htmx.org/LICENSE"]);
text("htmx.org/dist/htmx.min.js", join(htmx, "htmx.min.js"));

const calendar = open("event-calendar", "@event-calendar/core", [MIT("Vladislav Kurko"), "svelte/LICENSE.md"]);
await bundle(
  `export { createCalendar, destroyCalendar, DayGrid, Interaction, List, ResourceTimeGrid, ResourceTimeline, TimeGrid }
   from "@event-calendar/core";`,
  join(calendar, "event-calendar.js"),
  [calendarRoles],
);
text("@event-calendar/core/dist/index.css", join(calendar, "event-calendar.css"));

const chart = open("chart", "chart.js", ["chart.js/LICENSE.md", "@kurkle/color/LICENSE.md"]);
await bundle(
  `import { Chart, BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement,
     PointElement, Tooltip } from "chart.js";
   Chart.register(BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement,
     PointElement, Tooltip);
   export { Chart };`,
  join(chart, "chart.js"),
);
