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
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true, // what import() names is loaded when it is needed
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

const outputs = Object.entries(result.metafile.outputs).map(([path, output]) => ({ path, output, made: relative(out, resolve(here, "..", path)) }));
const names = {};
for (const { output, made } of outputs) {
  const [source] = Object.keys(output.inputs);
  if (output.entryPoint) names[output.entryPoint.split("/").pop()] = made;
  else if (made.endsWith(".js")) names[made] = made; // shared between scripts: named by nobody but them
  else names[source.split("/").pop()] = made;
}
// What a page's script takes in before it starts: pages name it, so that browsers fetch all at once.
neededBy("js/app.js").forEach((made, i) => (names[`app.js/${i + 1}`] = made));
await writeFile(join(work, "licences.txt"), await licences(Object.keys(result.metafile.inputs)));
process.stdout.write(JSON.stringify(names));

/** The files, with their hashes, that an entry point imports at its start, or that those do. */
function neededBy(entry) {
  const start = outputs.find(({ output }) => output.entryPoint?.endsWith(entry));
  const found = new Set([start]);
  for (const { output } of found) {
    const paths = output.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
    outputs.filter(({ path }) => paths.includes(path)).forEach((needed) => found.add(needed));
  }
  return [...found].slice(1).map(({ made }) => made).sort();
}

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
