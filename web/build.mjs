// Builds template.html, the one file that the C program carries, from src/.   node build.mjs [--check]
// With --check: does the committed template equal what the sources build? (exit code 1: no)
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const here = (name) => new URL(name, import.meta.url).pathname;
const read = (name) => readFileSync(here(name), "utf8");

async function bundle(entry) {
  const result = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    loader: { ".png": "empty" },
    logLevel: "warning",
  });
  // </script and <!-- end or change a script element wherever they stand; both can only be in strings here.
  return result.outputFiles[0].text
    .replace(/\n?\/[/*][#@] sourceMappingURL=.*$/gm, "")
    .replaceAll("</script", "<\\/script")
    .replaceAll("<!--", "<\\!--")
    .trim();
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const script = await bundle("src/main.js");
// Leaflet's own pictures belong to controls that the page does not use.
const style = (await bundle("src/style.css")).replace(/url\([^)]*\)/g, "none");
const licence = read("node_modules/leaflet/LICENSE").trim();
const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
const template = read("src/page.html")
  .replace("@POLICY@", () => policy)
  .replace("@LICENCE@", () => licence)
  .replace("@STYLE@", () => style)
  .replace("@SCRIPT@", () => script);

if (process.argv.includes("--check")) {
  if (read("template.html") !== template) {
    console.error("web/template.html is not what web/src builds (run `npm run build` in web/)");
    process.exit(1);
  }
  console.log("web/template.html is what web/src builds");
} else {
  writeFileSync(here("template.html"), template);
  console.log(`template.html: ${Math.round(template.length / 1024)} KiB`);
}
