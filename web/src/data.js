// The result as the program wrote it: layers and tables by name, columns as arrays. See pipeline/5_write/page.c.

const POINTS_A_DEGREE = 100000;
const VERTICES_A_DEGREE = 10000;

function decodeColumn(column) {
  return Array.isArray(column) ? column : column.i.map((index) => (index < 0 ? null : column.t[index]));
}

export class Table {
  constructor(name, raw) {
    this.name = name;
    this.geometry = raw.geometry;
    this.n = raw.n; // rows in the result
    this.shown = raw.shown; // rows that are here
    this.raw = raw;
    this.columns = {};
  }

  names() {
    return Object.keys(this.raw.columns);
  }

  has(name) {
    return Object.hasOwn(this.raw.columns, name);
  }

  column(name) {
    if (!this.has(name)) return null;
    this.columns[name] ??= decodeColumn(this.raw.columns[name]);
    return this.columns[name];
  }

  get(name, row) {
    const column = this.column(name);
    return column === null ? null : column[row];
  }

  // [lat, lon] of each row
  points() {
    const flat = this.raw.points ?? [];
    const points = [];
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < flat.length; i += 2) {
      lon += flat[i];
      lat += flat[i + 1];
      points.push([lat / POINTS_A_DEGREE, lon / POINTS_A_DEGREE]);
    }
    return points;
  }

  // of each row its rings or lines, each a list of [lat, lon]
  rings() {
    return (this.raw.rings ?? []).map((rings) =>
      rings.map((flat) => {
        const ring = [];
        let lon = 0;
        let lat = 0;
        for (let i = 0; i < flat.length; i += 2) {
          lon += flat[i];
          lat += flat[i + 1];
          ring.push([lat / VERTICES_A_DEGREE, lon / VERTICES_A_DEGREE]);
        }
        return ring;
      }),
    );
  }

  // Rectangles of one size: where they begin, and column and row of each.
  grid() {
    const grid = this.raw.grid;
    if (!grid) return null;
    const n = grid.cells.length / 2;
    const column = new Int32Array(n);
    const row = new Int32Array(n);
    for (let i = 0, x = 0, y = 0; i < n; i++) {
      x += grid.cells[2 * i];
      y += grid.cells[2 * i + 1];
      column[i] = x;
      row[i] = y;
    }
    return { lon: grid.lon, lat: grid.lat, width: grid.width, height: grid.height, column, row, n };
  }
}

export function readData(text) {
  const raw = JSON.parse(text);
  const tables = new Map();
  for (const name of Object.keys(raw)) tables.set(name, new Table(name, raw[name]));
  return tables;
}
