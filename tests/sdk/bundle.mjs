// Writes one script a page into build/: `node bundle.mjs`.
import { readdir } from "node:fs/promises";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const pages = (await readdir(`${here}pages`)).filter((name) => name.endsWith(".js") && name !== "visit.js");

await build({
  absWorkingDir: here,
  entryPoints: pages.map((name) => `pages/${name}`),
  outdir: "build",
  bundle: true,
  format: "iife",
  target: "chrome120",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
