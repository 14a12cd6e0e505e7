// Bundles the map into the folder that is named, else where the program reads it: the same bytes each time.
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const licence = (of, file) => readFileSync(join(here, "node_modules", of, file), "utf8").replaceAll("*/", "* /").trim();
const leaflet = `Leaflet, with our lines around it.\n${licence("leaflet", "LICENSE")}`;
const tiles = ["@mapbox/vector-tile/LICENSE.txt", "@mapbox/point-geometry/LICENSE", "pbf/LICENSE"].map((path) => {
  const [, of, file] = path.match(/^(.+)\/([^/]+)$/);
  return `${of}\n${licence(of, file)}`;
});
const outdir = process.argv[2] || join(here, "../app/web/pages/data");
await build({
  absWorkingDir: here,
  entryPoints: ["map.js", "map.css"],
  outdir,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  target: "es2020",
  legalComments: "none",
  banner: { js: `/*! ${[leaflet, ...tiles].join("\n\n")} */`, css: `/*! ${leaflet} */` },
  loader: { ".png": "empty" },  // of controls that we do not use
  logLevel: "warning",
});
