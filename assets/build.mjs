// Bundles the style sheets and scripts; called by build.py with its work folder (the cut fonts) and the folder to fill.
// Prints one JSON object: the plain name of every file made -> the name with its hash.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [work, out] = process.argv.slice(2).map((path) => resolve(path));

/** `url("font:NAME.woff2")` in a style sheet means the font that build.py has just cut. */
const cutFonts = {
  name: "cut-fonts",
  setup({ onResolve }) {
    onResolve({ filter: /^font:/ }, ({ path }) => ({ path: join(work, path.slice("font:".length)) }));
  },
};

const result = await build({
  absWorkingDir: resolve(here, ".."),
  entryPoints: [
    { in: join(here, "css/app.css"), out: "app" },
    { in: join(here, "js/app.js"), out: "app" },
  ],
  outdir: out,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  // Phones of 2021 and the long-lived browsers of locked-down desktops.
  target: ["chrome97", "firefox97", "safari15.4"],
  loader: { ".woff2": "file" },
  legalComments: "none",
  metafile: true,
  plugins: [cutFonts],
  logLevel: "warning",
});

const names = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  const made = relative(out, resolve(here, "..", path));
  const [source] = Object.keys(output.inputs);
  const plain = output.entryPoint ? output.entryPoint.split("/").pop() : source.split("/").pop();
  names[plain] = made;
}
await writeFile(join(work, "licences.txt"), await licences(Object.keys(result.metafile.inputs)));
process.stdout.write(JSON.stringify(names));

/** The licence texts of the packages that went into the bundle: their terms ask that they travel with it. */
async function licences(inputs) {
  const packages = new Set(inputs.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
  const texts = await Promise.all([...packages].sort().map(licenceOf));
  return ["Third-party software in the script of these pages.", ...texts].join("\n\n") + "\n";
}

async function licenceOf(name) {
  const folder = join(here, "../node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : `Licence: ${license}`;
  return `---- ${name} ${version} ----\n\n${text.trim()}`;
}
