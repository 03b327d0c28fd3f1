// What the page does in a real browser.   node page.mjs CHROMIUM FACTS.json
// FACTS: { page, odd, mesh: files; sites, met150, stored150, flips150: from the database, by test_page.sh }
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Browser } from "./chromium.mjs";

const [program, factsFile] = process.argv.slice(2);
const facts = JSON.parse(readFileSync(factsFile, "utf8"));
const browser = new Browser(program);
let failures = 0;

async function test(name, file, body) {
  const page = await browser.open(pathToFileURL(file).href);
  try {
    await body(page);
    assert.deepEqual(page.faults, [], "errors in the console");
    console.log(`ok: ${name}`);
  } catch (error) {
    failures++;
    console.log(`FAILED: ${name}: ${error.stack}`);
  }
  await page.close();
}

const text = (page, selector) => page.run(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? null`);
const listed = (page) => page.run(`[...document.querySelectorAll("#list tr[data-site]")].map((row) => row.dataset.site)`);

// The middle of a site's mark in the window.
const markOf = (page, id) =>
  page.run(`(() => { const app = window.technopolis; const site = app.model.sites.find((site) => site.id === "${id}");
    const at = app.map.map.latLngToContainerPoint(site.at).add(app.map.marks[site.row].shift);
    const box = document.getElementById("map").getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; })()`);

async function setMotherCity(page, value) {
  await page.run(`document.getElementById("exact-mother_city").select(), document.getElementById("exact-mother_city").focus()`);
  await page.type(String(value));
  await page.enter();
}

await test("it opens from disk, without a network, with a mark a site", facts.page, async (page) => {
  assert.deepEqual(page.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:")), []);
  assert.equal(page.requests.filter((url) => url.startsWith("file:")).length, 1);
  assert.equal(await page.run(`window.technopolis.map.marks.filter((mark) => window.technopolis.map.map.hasLayer(mark)).length`), facts.sites.length);
  assert.equal((await listed(page)).length, facts.sites.length);
  const counts = await page.run(`[...document.querySelectorAll("#verdicts .count")].map((b) => [b.dataset.verdict, Number(b.querySelector("b").textContent)])`);
  assert.deepEqual(Object.fromEntries(counts), facts.verdicts);
  assert.ok(statSync(facts.page).size < 3e6, "under 3 MB");
  // The map is not blank: colours of all three verdicts are drawn on it.
  const colours = await page.run(`(() => { const canvas = document.querySelector(".leaflet-overlay-pane canvas"); const found = {};
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4) { const key = [data[i], data[i + 1], data[i + 2]].join(); found[key] = (found[key] ?? 0) + 1; }
    return ["0,158,115", "213,94,0", "123,127,134"].map((key) => found[key] ?? 0); })()`);
  for (const count of colours) assert.ok(count > 100, `pixels of each verdict: ${colours}`);
});

await test("no mark hides another", facts.page, async (page) => {
  const nearest = await page.run(`(() => { const { map } = window.technopolis; let least = Infinity;
    const at = map.marks.map((mark) => map.map.latLngToContainerPoint(mark.getLatLng()).add(mark.shift));
    at.forEach((a, i) => at.slice(i + 1).forEach((b) => (least = Math.min(least, a.distanceTo(b))))); return least; })()`);
  assert.ok(nearest >= 11, `${nearest} pixels between two marks`);
});

await test("a click on a mark opens its card", facts.page, async (page) => {
  await page.click(...(await markOf(page, "technopolis-18")));
  assert.equal(await text(page, "#card-title"), "Ube Technopolis");
  const criterion = await text(page, '#card [data-criterion="mother_city"]');
  for (const words of ["not met", "−20.4 min", "Shimonoseki", "at most 30 min"]) assert.ok(criterion.includes(words), `${words} in: ${criterion}`);
  await page.click(...(await markOf(page, "technopolis-23")));
  assert.equal(await text(page, "#card-title"), "Kumamoto Technopolis");
});

await test("search finds Kumamoto in both languages, and a wrong name nothing", facts.page, async (page) => {
  for (const [query, found] of [["熊本県", ["capital-43", "technopolis-23"]], ["kumamoto", ["capital-43", "technopolis-23"]], ["熊本テクノ", ["technopolis-23"]], ["nowhere at all", []]]) {
    await page.run(`(() => { const s = document.getElementById("search"); s.focus(); s.select(); })()`);
    await page.type(query);
    assert.deepEqual((await listed(page)).sort(), found, query);
  }
});

await test("the language changes", facts.page, async (page) => {
  assert.equal(await page.run(`document.documentElement.lang`), "en");
  await page.clickOn("#language-ja");
  assert.equal(await page.run(`document.documentElement.lang`), "ja");
  assert.ok((await text(page, "#list")).includes("熊本テクノポリス"));
  assert.ok((await text(page, "#section-criteria")).includes("人口20万人以上の母都市"));
  assert.ok((await text(page, "#verdicts")).includes("不適合"));
  await page.clickOn('tr[data-site="technopolis-18"] button');
  assert.ok((await text(page, "#card")).includes("山口県"));
  await page.clickOn("#language-en");
  assert.ok((await text(page, "#verdicts")).includes("Fail"));
});

await test("150,000 instead of 200,000 changes the sites that a profile with 150,000 changes", facts.page, async (page) => {
  await setMotherCity(page, 150000);
  const met = await page.run(`window.technopolis.model.states.filter((state) =>
    state.results[window.technopolis.model.profile.criteria.findIndex((c) => c.id === "mother_city")].verdict === "met").map((state) => state.site.id)`);
  assert.deepEqual(met.sort(), facts.met150, "by the stored populations");
  assert.deepEqual(met, facts.stored150, "by the program under a profile with 150,000");
  const flips = await page.run(`[...document.querySelectorAll("#flips li")].map((item) => item.dataset.site)`);
  assert.ok(facts.flips150.length > 0);
  assert.deepEqual(flips.sort(), facts.flips150, "whole verdicts that change");
  assert.equal((await page.run(`document.querySelectorAll("#list tr.flipped").length`)), facts.flips150.length);
  await setMotherCity(page, 200000);
  assert.equal(await page.run(`document.querySelectorAll("#list tr.flipped").length`), 0);
});

await test("every threshold where the run had it gives the verdicts of the run", facts.page, async (page) => {
  const wrong = await page.run(`(() => { const app = window.technopolis; const wrong = [];
    app.model.profile.criteria.forEach((criterion, i) => { if (!criterion.slider) return;
      const nearly = criterion.slider.initial + 1e-9 * (criterion.comparison === "at_most" && !criterion.slider.population ? 1 : -1);
      app.model.setThreshold(criterion, nearly);
      for (const state of app.model.states) if (state.results[i].verdict !== state.stored[i].verdict) wrong.push([criterion.id, state.site.id]);
      app.model.setThreshold(criterion, criterion.slider.initial); });
    return wrong; })()`);
  assert.deepEqual(wrong, []);
});

await test("names from the data are text", facts.odd, async (page) => {
  const name = await page.run(`document.querySelector('tr[data-site="technopolis-23"] .name').textContent`);
  assert.equal(name, "<script>alert(1)</script>");
  await page.clickOn('tr[data-site="technopolis-23"] button');
  assert.equal(await text(page, "#card-title"), "<script>alert(1)</script>");
  assert.ok((await text(page, "#card")).includes("</script><img src=x onerror=alert(2)>"));
  await page.click(...(await markOf(page, "technopolis-18"))); // passes over tooltips
  assert.deepEqual(page.dialogs, []);
  assert.equal(await page.run(`document.querySelectorAll("script").length`), 2);
  assert.deepEqual(await page.run(`[...document.querySelectorAll("img")].map((i) => i.id)`), ["map-picture"]);
});

await test("the keyboard alone leads to a site and back", facts.page, async (page) => {
  await page.tab();
  assert.equal(await page.run(`document.activeElement.className`), "skip");
  await page.enter();
  assert.equal(await page.run(`document.activeElement.id`), "list");
  await page.tab();
  const first = await page.run(`document.activeElement.closest("tr").dataset.site`);
  await page.enter();
  assert.equal(await page.run(`document.activeElement.id`), "card-title");
  await page.escape();
  assert.equal(await page.run(`document.activeElement.closest("tr").dataset.site`), first);
  await page.run(`document.getElementById("range-mother_city").focus()`);
  for (let i = 0; i < 5; i++) await page.key("ArrowLeft", "ArrowLeft", 37);
  assert.equal(await text(page, "#said-mother_city"), "at least 150,000 persons");
});

await test("everything that can be used has a name", facts.page, async (page) => {
  await page.run(`document.getElementById("layers").open = true`);
  await page.send("Accessibility.enable");
  const { nodes } = await page.send("Accessibility.getFullAXTree");
  const used = new Set(["button", "checkbox", "slider", "spinbutton", "searchbox", "combobox", "tab", "link", "table", "region"]);
  const nameless = nodes.filter((node) => !node.ignored && used.has(node.role?.value) && !node.name?.value?.trim());
  assert.deepEqual(nameless.map((node) => node.role.value), []);
  const roles = new Set(nodes.map((node) => node.role?.value));
  for (const role of ["main", "banner", "navigation", "complementary", "search"]) assert.ok(roles.has(role), role);
  const headless = await page.run(`[...document.querySelectorAll("table")].filter((t) => !t.caption || !t.querySelector("th[scope=col]")).length`);
  assert.equal(headless, 0, "tables without caption or headers");
});

await test("text stands out from its ground (WCAG AA)", facts.page, async (page) => {
  const faint = await page.run(`(() => {
    const parse = (c) => c.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0.9) return c; } return [255, 255, 255]; };
    const faint = [];
    for (const e of document.querySelectorAll("#app *")) {
      if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || e.closest("svg, :disabled, [hidden]")) continue;
      const a = light(parse(getComputedStyle(e).color)), b = light(ground(e));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) faint.push(e.className + ": " + e.textContent.slice(0, 30) + " " + ratio.toFixed(2));
    }
    return faint; })()`);
  assert.deepEqual(faint, []);
});

await test("it prints", facts.page, async (page) => {
  await page.clickOn('tr[data-site="technopolis-18"] button');
  await page.send("Emulation.setDeviceMetricsOverride", { width: 794, height: 1123, deviceScaleFactor: 1, mobile: false }); // A4
  await page.send("Emulation.setEmulatedMedia", { media: "print" });
  const shown = (selector) => page.run(`getComputedStyle(document.querySelector("${selector}")).display !== "none"`);
  assert.equal(await shown(".tools"), false);
  assert.equal(await shown(".zoom"), false);
  assert.equal(await shown("table.sites"), true);
  assert.equal(await page.run(`(() => { const l = document.getElementById("list"); return l.scrollHeight <= l.clientHeight + 1; })()`), true);
  // Nothing is cut off or lies on what follows it.
  const cut = await page.run(`(() => { const blocks = [...document.querySelectorAll(".board > *, #sections > section")]; const wrong = [];
    blocks.forEach((block, i) => { if (!block.matches(".map") && block.scrollHeight > block.clientHeight + 2) wrong.push(block.id + " is cut");
      const next = blocks[i + 1]; if (next && next.getBoundingClientRect().top < block.getBoundingClientRect().bottom - 1) wrong.push(next.id + " lies on " + block.id); });
    return wrong; })()`);
  assert.deepEqual(cut, []);
  const { data } = await page.send("Page.printToPDF", { printBackground: true, preferCSSPageSize: true });
  const pdf = Buffer.from(data, "base64");
  assert.ok(pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 50000);
  assert.ok(pdf.includes("/Subtype /Image"), "the map is in it");
});

await test("50,000 mesh cells open at once", facts.mesh, async (page) => {
  const ready = await page.run(`Math.round(performance.getEntriesByName("ready")[0].startTime)`);
  const drawn = await page.run(`(() => { const c = document.querySelector(".leaflet-under-pane canvas"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
    let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; })()`);
  console.log(`   ready after ${ready} ms, ${drawn} pixels of cells, ${Math.round(statSync(facts.mesh).size / 1024)} KiB`);
  assert.ok(drawn > 5000, "cells are drawn");
  const order = await page.run(`["ground", "under", "overlay", "names"].map((pane) => Number(getComputedStyle(document.querySelector(".leaflet-" + pane + "-pane")).zIndex))`);
  assert.deepEqual(order, [...order].sort((a, b) => a - b), "outlines, cells, marks, names");
  assert.ok(await page.run(`document.querySelector(".leaflet-ground-pane canvas") !== null`));
  assert.ok(ready < 2000, `ready after ${ready} ms`);
});

await browser.close();
process.exit(failures > 0 ? 1 : 0);
