// Copies or bundles the packages pinned in package.json into static/vendor/<name>/, each with VERSION and LICENSE.
// Run it as `npm run vendor` after `npm ci`; what it writes is committed, so that FitFlow itself needs no Node.
import { build } from "esbuild";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, copyFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const target = join(root, "static", "vendor");

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

/** Bundles an entry text to one ES module. */
async function bundle(contents, outfile) {
  await build({
    stdin: { contents, resolveDir: root, loader: "js" },
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

const chart = open("chart", "chart.js", ["chart.js/LICENSE.md", "@kurkle/color/LICENSE.md"]);
await bundle(
  `import { Chart, BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement,
     PointElement, Tooltip } from "chart.js";
   Chart.register(BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement,
     PointElement, Tooltip);
   export { Chart };`,
  join(chart, "chart.js"),
);
