// The map: outlines, density cells, other layers, the sites' marks and their names, all on canvas and without tiles.
import * as L from "leaflet";
import { $, COLOURS, h, icon } from "./dom.js";
import { layerName, significant, siteName, t } from "./i18n.js";
import { tooltip } from "./card.js";

const FLIP = "#0072B2";
const MANY = 400;
const POINTS = ["designated", "universities", "institutes", "plants", "airports", "stations", "cities", "prefectural_offices"];
const POINT_COLOURS = ["#0072B2", "#CC79A7", "#56B4E9", "#8C6D00", "#000000", "#6A3D9A", "#A0522D", "#4D4D4D"];
// From pale to dark, readable in grey too and of no verdict's colour; and blue to red for cold and hot spots.
const RAMP = ["#efe9f4", "#d6c8e4", "#ba9fd2", "#9d77bd", "#8150a6", "#643187", "#441a60"];
const HOT = { "-3": "#2166ac", "-2": "#67a9cf", "-1": "#d1e5f0", 0: "#efefeb", 1: "#fddbc7", 2: "#ef8a62", 3: "#b2182b" };

// A mark whose shape tells the verdict. It may stand a little beside its place (`shift`, in pixels) so that it hides no
// other; a thin line then leads to the place.
const SiteMark = L.CircleMarker.extend({
  shift: [0, 0],
  _project() {
    this._place = this._map.latLngToLayerPoint(this._latlng);
    this._point = this._place.add(this.shift);
    this._updateBounds();
  },
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const c = renderer._ctx;
    const { x, y } = this._point;
    const r = this._radius;
    const { verdict, flipped, chosen } = this.options;
    if (this._point.distanceTo(this._place) > 1) {
      c.beginPath();
      c.moveTo(this._place.x, this._place.y);
      c.lineTo(x, y);
      c.lineWidth = 1;
      c.strokeStyle = "#333";
      c.stroke();
    }
    if (flipped || chosen) {
      c.beginPath();
      c.arc(x, y, r + 5, 0, 2 * Math.PI);
      c.lineWidth = 3;
      c.strokeStyle = chosen ? "#111" : FLIP;
      c.setLineDash(chosen ? [] : [4, 3]);
      c.stroke();
      c.setLineDash([]);
    }
    c.beginPath();
    if (verdict === "met") c.arc(x, y, r, 0, 2 * Math.PI);
    else if (verdict === "not_met") {
      c.moveTo(x, y - r * 1.2);
      c.lineTo(x + r * 1.15, y + r * 0.85);
      c.lineTo(x - r * 1.15, y + r * 0.85);
      c.closePath();
    } else c.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
    c.fillStyle = COLOURS[verdict];
    c.fill();
    c.lineWidth = r < 5 ? 0.5 : 1.5;
    c.strokeStyle = "#fff";
    c.stroke();
  },
  _updateBounds() {
    const r = this._radius + 9; // room for the ring
    this._pxBounds = new L.Bounds(this._point.subtract([r, r]), this._point.add([r, r])).extend(this._place);
  },
});

// A canvas of the size of the map that is drawn anew when the map has moved.
const Sheet = L.Layer.extend({
  initialize(pane, draw) {
    this._paneName = pane;
    this._draw = draw;
  },
  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "sheet leaflet-zoom-hide", map.getPane(this._paneName));
    map.on("moveend zoomend resize viewreset", this.redraw, this);
    this.redraw();
  },
  onRemove(map) {
    map.off("moveend zoomend resize viewreset", this.redraw, this);
    this._canvas.remove();
  },
  redraw() {
    const map = this._map;
    if (!map) return;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    this._canvas.width = size.x * ratio;
    this._canvas.height = size.y * ratio;
    this._canvas.style.width = `${size.x}px`;
    this._canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this._canvas.getContext("2d");
    context.scale(ratio, ratio);
    this._draw(context, map, size);
  },
});

// Seven classes whose borders are quantiles of the cells that hold anything; equal borders fall together.
function breaks(values) {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (sorted.length === 0) return [0];
  const at = RAMP.slice(1).map((_, i) => sorted[Math.floor(((i + 1) / RAMP.length) * sorted.length)]);
  return [sorted[0], ...new Set(at.filter((value) => value > sorted[0]))];
}

// -3 … 3 from whatever the class column says: a number, or words such as "hot 99".
function hotClass(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Math.max(-3, Math.min(3, Math.round(value)));
  const level = /99/.test(value) ? 3 : /95/.test(value) ? 2 : /90/.test(value) ? 1 : 0;
  return /cold|low/i.test(value) ? -level : level;
}

export class SiteMap {
  constructor(app) {
    this.app = app;
    this.renderer = L.canvas({ padding: 0.2, tolerance: 3 });
    this.map = L.map($("map"), {
      preferCanvas: true, renderer: this.renderer, zoomControl: false, attributionControl: false,
      zoomSnap: 0.1, zoomDelta: 1, wheelPxPerZoomLevel: 90, minZoom: 3, maxZoom: 14, keyboard: true,
      fadeAnimation: false, zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    for (const [pane, order] of [["ground", 300], ["under", 350], ["names", 450]]) {
      this.map.createPane(pane).style.zIndex = order;
      this.map.getPane(pane).style.pointerEvents = "none";
    }
    this.layers = new Map(); // switchable: name -> { layer, on, swatch }
    this.home();
    this.addBackground();
    this.addOthers();
    this.addMesh();
    this.addSites();
    this.names = new Sheet("names", (c, map) => this.drawNames(c, map));
    this.layers.set("names", { layer: this.names, on: true, label: () => t("siteLabels") });
    this.links = L.layerGroup().addTo(this.map);
    this.layers.set("links", { layer: this.links, on: true, label: () => t("links") });
    this.names.addTo(this.map);
    for (const [name, entry] of this.layers) if (this.app.startLayers.has(name) && !entry.on) this.toggle(name, true);
  }

  home() {
    const points = this.app.model.sites.map((site) => site.at).filter(Boolean);
    if (points.length === 0) this.map.setView([36, 138], 5);
    else this.map.fitBounds(L.latLngBounds(points), { animate: false, maxZoom: 11, paddingTopLeft: [24, 46], paddingBottomRight: [24, 56] });
  }

  polygons(table, style) {
    const group = L.layerGroup();
    table.rings().forEach((rings) => {
      if (rings.length > 0) group.addLayer(L.polygon(rings, { smoothFactor: 0, interactive: false, fillRule: "evenodd", ...style }));
    });
    return group;
  }

  addBackground() {
    const table = this.app.model.tables.get("prefectures");
    if (!table || table.shown === 0) return;
    const renderer = L.canvas({ padding: 0.2, pane: "ground" }); // below the cells
    const layer = this.polygons(table, { renderer, pane: "ground", color: "#b5ae9e", weight: 0.8, fillColor: "#f7f4ec", fillOpacity: 1 });
    layer.addTo(this.map);
    this.layers.set("prefectures", { layer, on: true, swatch: { fill: "#f7f4ec", line: "#b5ae9e" } });
  }

  addOthers() {
    const done = new Set(["sites", "prefectures", "evidence_links", "mesh_density"]);
    const tables = [...this.app.model.tables.values()].filter((table) => !done.has(table.name) && table.shown > 0);
    const isLine = (table) => table.geometry === "line" && table.raw.rings;
    for (const table of tables.filter((table) => table.geometry === "polygon" && table.raw.rings)) {
      const style = { color: "#0072B2", weight: 1.2, fillColor: "#56B4E9", fillOpacity: 0.14 };
      this.layers.set(table.name, { layer: null, make: () => this.polygons(table, style), swatch: { fill: "#dcecf6", line: "#0072B2" } });
    }
    for (const table of tables.filter(isLine)) {
      const colour = table.name === "rail" ? "#444444" : "#a6875c";
      this.layers.set(table.name, {
        layer: null,
        swatch: { line: colour },
        make: () => L.polyline(table.rings().flat(), { smoothFactor: 0, color: colour, weight: 1.1, opacity: 0.8, interactive: false }),
      });
    }
    const points = tables.filter((table) => table.geometry === "point" && table.shown <= 20000);
    const order = (table) => (POINTS.includes(table.name) ? POINTS.indexOf(table.name) : POINTS.length);
    points.sort((a, b) => order(a) - order(b));
    points.forEach((table, i) => {
      const colour = POINT_COLOURS[i % POINT_COLOURS.length];
      this.layers.set(table.name, { layer: null, make: () => this.points(table, colour), swatch: { dot: colour } });
    });
  }

  points(table, colour) {
    const group = L.layerGroup();
    table.points().forEach((at, row) => {
      const mark = L.circleMarker(at, { radius: 3.5, color: "#fff", weight: 0.8, fillColor: colour, fillOpacity: 0.95 });
      mark.bindTooltip(() => {
        const en = table.get("name_en", row) ?? table.get("name", row);
        const ja = table.get("name_ja", row);
        const name = this.app.language === "ja" ? (ja ?? en) : (en ?? ja);
        return h("div", { class: "tip" }, h("b", {}, name ?? ""), h("span", {}, layerName(table.name)));
      });
      group.addLayer(mark);
    });
    return group;
  }

  addMesh() {
    const table = this.app.model.tables.get("mesh_density");
    const grid = table?.grid();
    if (!grid) return;
    const density = table.column("density") ?? table.column("n");
    const classes = (table.column("class") ?? []).map(hotClass);
    const hasClasses = classes.some((value) => value !== null && value !== 0);
    const limits = breaks(density);
    const colourOf = (value) => {
      let i = 0;
      while (i + 1 < limits.length && value >= limits[i + 1]) i++;
      return RAMP[Math.round((i * (RAMP.length - 1)) / Math.max(limits.length - 1, 1))];
    };
    const byDensity = density.map((value) => (value > 0 ? colourOf(value) : null));
    const byClass = classes.map((value) => (value === null ? null : HOT[value]));
    const cells = new Map();
    for (let i = 0; i < grid.n; i++) cells.set(grid.column[i] * 1e6 + grid.row[i], i);
    this.mesh = { table, grid, cells, density, limits, mode: "density" };
    const sheet = new Sheet("under", (c, map, size) =>
      this.drawMesh(c, map, size, this.mesh.mode === "density" ? byDensity : byClass));
    this.layers.set("mesh_density", { layer: sheet, on: false, swatch: { fill: RAMP[3] }, modes: hasClasses });
    this.map.on("mousemove", (event) => this.hoverMesh(event));
  }

  drawMesh(c, map, size, colours) {
    const { grid } = this.mesh;
    const origin = map.containerPointToLatLng([0, 0]);
    const perDegree = map.latLngToContainerPoint([0, origin.lng + 1]).x - map.latLngToContainerPoint([0, origin.lng]).x;
    const width = Math.max(grid.width * perDegree, 1.2);
    const rows = new Map();
    const y = (row) => {
      if (!rows.has(row)) rows.set(row, map.latLngToContainerPoint([grid.lat + row * grid.height, origin.lng]).y);
      return rows.get(row);
    };
    c.globalAlpha = 0.85;
    for (let i = 0; i < grid.n; i++) {
      if (colours[i] === null) continue;
      const x = (grid.lon + grid.column[i] * grid.width - origin.lng) * perDegree;
      if (x + width < 0 || x > size.x) continue;
      const bottom = y(grid.row[i]);
      const top = y(grid.row[i] + 1);
      if (bottom < 0 || top > size.y) continue;
      c.fillStyle = colours[i];
      c.fillRect(x, top, width, Math.max(bottom - top, 1.2));
    }
  }

  hoverMesh(event) {
    const entry = this.layers.get("mesh_density");
    const { grid, cells, table } = this.mesh;
    const said = $("cell");
    const column = Math.floor((event.latlng.lng - grid.lon) / grid.width + 1e-9);
    const row = Math.floor((event.latlng.lat - grid.lat) / grid.height + 1e-9);
    const i = entry.on ? cells.get(column * 1e6 + row) : undefined;
    said.hidden = i === undefined;
    if (i === undefined) return;
    const parts = table.names().map((name) => [name, table.get(name, i)]).filter(([, value]) => value !== null);
    said.textContent = parts.map(([name, value]) => `${name} ${typeof value === "number" ? significant(value) : value}`).join(" · ");
  }

  addSites() {
    this.marks = this.app.model.sites.map((site) => {
      if (!site.at) return null;
      const mark = new SiteMark(site.at, { radius: 6, verdict: "unknown", bubblingMouseEvents: false });
      mark.bindTooltip(() => tooltip(this.app, site), { direction: "top", offset: [0, -6], opacity: 1 });
      mark.on("click", () => this.app.select(site, false));
      return mark;
    });
    const outlines = this.app.model.tables.get("sites").rings();
    if (outlines.length > 0) {
      const table = this.app.model.tables.get("sites");
      this.outlines = this.polygons(table, { color: "#333", weight: 1, fillColor: "#999", fillOpacity: 0.1 }).addTo(this.map);
    }
    this.map.on("zoomend", () => this.spread());
    this.update();
    this.spread();
  }

  // Marks that would lie on one another stand side by side: each takes the nearest free place, in the order of the list.
  spread() {
    const marks = this.app.visible.map((state) => this.marks[state.site.row]).filter((mark) => mark && this.map.hasLayer(mark));
    const apart = 12;
    const taken = new Map(); // squares of `apart` pixels -> places in them
    const square = (point) => [Math.floor(point.x / apart), Math.floor(point.y / apart)];
    const free = (point) => {
      const [column, row] = square(point);
      for (let i = column - 1; i <= column + 1; i++) {
        for (let k = row - 1; k <= row + 1; k++) {
          if ((taken.get(`${i},${k}`) ?? []).some((other) => other.distanceTo(point) < apart)) return false;
        }
      }
      return true;
    };
    for (const mark of marks) {
      const place = this.map.latLngToLayerPoint(mark.getLatLng());
      let shift = [0, 0];
      search: for (let ring = 1; marks.length <= MANY && ring <= 4 && !free(place.add(shift)); ring++) {
        for (let step = 0; step < 8 * ring; step++) {
          const angle = (step / (8 * ring)) * 2 * Math.PI;
          shift = [apart * ring * Math.cos(angle), apart * ring * Math.sin(angle)];
          if (free(place.add(shift))) break search;
        }
        if (ring === 4) shift = [0, 0];
      }
      const at = place.add(shift);
      const key = square(at).join(",");
      taken.set(key, [...(taken.get(key) ?? []), at]);
      mark.shift = shift;
      mark.redraw();
      mark._project();
      mark.redraw();
    }
    this.names?.redraw();
  }

  // Marks as the sites are judged now; those that are not shown in the list are not on the map.
  update() {
    const { app, map } = this;
    const shown = new Set(app.visible.map((state) => state.site.row));
    // Of a few sites none hides another; of many, the rare ones that pass must be seen.
    const many = app.model.sites.length > MANY;
    const last = many ? { not_met: 0, unknown: 1, met: 2 } : { unknown: 0, met: 1, not_met: 2 };
    const rows = app.model.states.map((state) => state.site.row);
    rows.sort((a, b) => last[app.model.states[a].verdict] - last[app.model.states[b].verdict]);
    for (const row of rows) {
      const mark = this.marks[row];
      const state = app.model.states[row];
      if (!mark) continue;
      Object.assign(mark.options, {
        verdict: state.verdict, flipped: state.verdict !== state.was, chosen: app.selected === state.site,
      });
      mark.setRadius(app.selected === state.site ? 8.5 : many ? 3 : 6);
      if (!shown.has(row)) mark.remove();
      else if (!map.hasLayer(mark)) mark.addTo(map);
      else mark.redraw();
      if (shown.has(row)) mark.bringToFront();
    }
    if (app.selected) this.marks[app.selected.row]?.bringToFront();
    const key = app.visible.length;
    if (this.spreadFor !== key && this.spreadFor !== undefined) this.spread();
    else this.names?.redraw();
    this.spreadFor = key;
  }

  select(site) {
    this.links.clearLayers();
    if (!site?.at) return;
    for (const link of this.app.model.links.get(site.id) ?? []) {
      if (link.line.length < 2) continue;
      this.links.addLayer(L.polyline(link.line, { smoothFactor: 0, color: "#222", weight: 1, opacity: 0.55, interactive: false }));
      const mark = L.circleMarker(link.line.at(-1), { radius: 3, color: "#fff", weight: 0.8, fillColor: "#222", fillOpacity: 1 });
      mark.bindTooltip(() => h("div", { class: "tip" }, h("b", {}, link.name), h("span", {}, layerName(link.layer))));
      this.links.addLayer(mark);
    }
    for (const mark of this.marks) if (mark && this.map.hasLayer(mark)) mark.bringToFront();
    this.marks[site.row].bringToFront();
    if (!this.map.getBounds().pad(-0.05).contains(site.at)) this.map.panTo(site.at);
  }

  // Names where there is room: beside a mark, never over another mark or name.
  drawNames(c, map) {
    const size = map.getSize();
    const { app } = this;
    const boxes = [];
    const places = [];
    for (const state of app.visible) {
      if (!state.site.at) continue;
      const at = map.latLngToContainerPoint(state.site.at).add(this.marks[state.site.row].shift);
      if (at.x < -20 || at.y < -20 || at.x > size.x + 20 || at.y > size.y + 20) continue;
      boxes.push([at.x - 7, at.y - 7, at.x + 7, at.y + 7]);
      places.push([state, at]);
    }
    const rank = ([state]) => (app.selected === state.site ? 0 : state.verdict !== state.was ? 1 : { not_met: 2, met: 3, unknown: 4 }[state.verdict]);
    places.sort((a, b) => rank(a) - rank(b));
    c.textBaseline = "middle";
    c.lineJoin = "round";
    const hits = (box, own) =>
      boxes.some((other) => other !== own && box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
    for (const [state, at] of places.slice(0, 600)) {
      const chosen = app.selected === state.site;
      c.font = `${chosen ? "700 13px" : "500 11px"} system-ui, "Noto Sans", "Noto Sans CJK JP", sans-serif`;
      const text = siteName(state.site).replace(/ Technopolis$|テクノポリス$/, "");
      const width = c.measureText(text).width;
      const spots = [[at.x + 10, at.y], [at.x - 10 - width, at.y], [at.x - width / 2, at.y - 15], [at.x - width / 2, at.y + 16]];
      for (const [x, y] of spots) {
        const box = [x - 2, y - 7, x + width + 2, y + 7];
        if (box[0] < 0 || box[2] > size.x || box[1] < 0 || box[3] > size.y || hits(box, null)) continue;
        c.lineWidth = 3.5;
        c.strokeStyle = "rgba(255,255,255,0.92)";
        c.strokeText(text, x, y);
        c.fillStyle = "#1d2327";
        c.fillText(text, x, y);
        boxes.push(box);
        break;
      }
    }
  }

  // The map as it is seen, as a picture for paper: what is drawn on several canvases does not reach every printer.
  snapshot() {
    const box = $("map").getBoundingClientRect();
    const picture = document.createElement("canvas");
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    picture.width = Math.max(1, box.width * ratio);
    picture.height = Math.max(1, box.height * ratio);
    const c = picture.getContext("2d");
    c.scale(ratio, ratio);
    c.fillStyle = "#dfe9ee";
    c.fillRect(0, 0, box.width, box.height);
    for (const pane of ["ground", "under", "overlayPane", "names"]) {
      for (const canvas of this.map.getPane(pane).querySelectorAll("canvas")) {
        const at = canvas.getBoundingClientRect();
        if (at.width > 0) c.drawImage(canvas, at.x - box.x, at.y - box.y, at.width, at.height);
      }
    }
    $("map-picture").src = picture.toDataURL("image/png");
  }

  toggle(name, on) {
    const entry = this.layers.get(name);
    entry.on = on;
    if (on && !entry.layer) entry.layer = entry.make();
    if (on) entry.layer.addTo(this.map);
    else entry.layer.remove();
    for (const mark of this.marks) if (mark && this.map.hasLayer(mark)) mark.bringToFront();
    if (name === "mesh_density" && !on) $("cell").hidden = true;
    this.renderLegend();
  }

  renderControls() {
    const button = (label, text, act) => h("button", { type: "button", title: label, "aria-label": label, onclick: act }, text);
    $("zoom").replaceChildren(
      button(t("zoomIn"), "+", () => this.map.zoomIn(1)),
      button(t("zoomOut"), "−", () => this.map.zoomOut(1)),
      button(t("whole"), "⤢", () => this.home()),
    );
    const boxes = [...this.layers].map(([name, entry]) => {
      const input = h("input", { type: "checkbox", name: `layer-${name}`, checked: entry.on });
      input.addEventListener("change", () => this.toggle(name, input.checked));
      return h("label", {}, input, swatch(entry.swatch), entry.label ? entry.label() : layerName(name));
    });
    $("layers").replaceChildren(h("summary", {}, t("layers")), h("fieldset", {}, h("legend", { class: "hidden" }, t("layers")), boxes));
    this.renderLegend();
  }

  renderLegend() {
    const entries = ["met", "not_met", "unknown"].map((verdict) =>
      h("li", {}, icon(verdict, 14), t({ met: "metSites", not_met: "notMetSites", unknown: "unknownSites" }[verdict])),
    );
    entries.push(h("li", {}, h("i", { class: "ring" }), t("changed")));
    $("legend").replaceChildren(h("ul", { "aria-label": t("legend") }, entries), this.meshLegend() ?? "");
  }

  meshLegend() {
    const entry = this.layers.get("mesh_density");
    if (!entry?.on) return null;
    const { mesh } = this;
    const ramp = mesh.mode === "density" ? RAMP : ["-3", "-2", "-1", "0", "1", "2", "3"].map((key) => HOT[key]);
    const mode = entry.modes
      ? h(
          "select",
          { "aria-label": layerName("mesh_density"), onchange: (event) => { mesh.mode = event.target.value; entry.layer.redraw(); this.renderLegend(); } },
          ["density", "class"].map((name) => h("option", { value: name, selected: mesh.mode === name }, t(name === "density" ? "density_map" : "hotspots"))),
        )
      : h("b", {}, layerName("mesh_density"));
    const ends = mesh.mode === "density" ? [significant(mesh.limits[0]), `${significant(mesh.limits.at(-1))} +`] : [t("low"), t("high")];
    return h("div", { class: "ramp" }, mode, h("div", {}, h("span", {}, ends[0]), ramp.map((colour) => colourBox(colour)), h("span", {}, ends[1])));
  }
}

function colourBox(colour) {
  const box = h("i", { class: "colour" });
  box.style.background = colour;
  return box;
}

function swatch(swatch) {
  const box = h("i", { class: `swatch ${swatch?.dot ? "dot" : ""} ${swatch?.fill ? "" : "thin"}` });
  if (!swatch) return null;
  box.style.background = swatch.dot ?? swatch.fill ?? swatch.line;
  if (swatch.line && swatch.fill) box.style.borderColor = swatch.line;
  return box;
}
