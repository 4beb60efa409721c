// Builds public_site/static/dist: the map's script and style, and the offline basemap.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { townFiles } from "./towns.js";

const DIST = new URL("../public_site/static/dist/", import.meta.url);

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
await build({
  entryPoints: { map: "assets/map/main.js", "map-style": "assets/map/map.css" },
  outdir: DIST.pathname,
  bundle: true,
  format: "esm",
  minify: true,
  target: ["es2020", "chrome85", "firefox80", "safari14"],
  // Files of their own, not data: addresses, which the content security policy refuses.
  loader: { ".png": "file" },
  assetNames: "[name]",
  // The licences of what is bundled lie beside it.
  legalComments: "linked",
  logLevel: "warning",
});
for (const [name, text] of Object.entries(await townFiles())) {
  await writeFile(new URL(name, DIST), text);
}
