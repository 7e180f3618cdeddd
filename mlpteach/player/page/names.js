// Names at the ends of lines, beside the plot; of trails and arrows at their tips, in it: pushed apart.

const GUTTER = 0.28; // of a plot's width may be taken by the names of lines that a table names, too

class Names {
  constructor() {
    this.beside = element("div", { class: "names", "aria-hidden": "true" });
    this.before = element("div", { class: "names before", "aria-hidden": "true" });
    this.inside = element("div", { class: "tips", "aria-hidden": "true" });
    this.named = [];
    this.first = [];
  }

  // Lines that share a label or a look share a name.
  replace(layers, bothEnds) {
    const seen = new Set();
    this.named = [];
    for (const layer of layers) {
      const name = layer.label || layer.name;
      if (!name || seen.has(name)) continue;
      seen.add(name);
      this.named.push({ layer, isInside: standsInside(layer), node: element("span", { html: name }) });
    }
    const nodes = (inside) => this.named.filter(({ isInside }) => isInside === inside).map(({ node }) => node);
    this.beside.replaceChildren(...nodes(false));
    this.inside.replaceChildren(...nodes(true));
    this.first = bothEnds ? this.named.map((one) => ({ ...one, node: one.node.cloneNode(true) })) : [];
    this.before.replaceChildren(...this.first.map(({ node }) => node));
    this.needed = layers.some((layer) => layer.label && !layer.name);
  }

  paint(dashboard) {
    for (const { layer, node } of [...this.named, ...this.first]) node.style.setProperty("--color", dashboard.ink(layer.color));
  }

  // Before they are measured.
  show() {
    this.beside.hidden = false;
  }

  // Whether there is room: a small plot leaves names to its table.
  measure(width, height, em) {
    for (const one of this.named) Object.assign(one, { high: one.node.offsetHeight || em, wide: one.node.offsetWidth });
    for (const one of this.first) one.high = one.node.offsetHeight;
    const all = this.named.reduce((sum, one) => sum + (one.isInside ? 0 : one.high), 0);
    return this.needed || (this.beside.offsetWidth <= GUTTER * width && all <= height);
  }

  // Return from where to where a hairline leads to a name that could not stand at its place.
  draw(k, width, height) {
    const lines = this.named.filter(({ isInside }) => !isInside), inside = this.named.filter(({ isInside }) => isInside);
    if (!this.beside.hidden) {
      for (const { node, place } of pushedApart(lines, (layer) => lineEnd(layer, k), height)) {
        node.style.top = `${100 * place[1]}%`;
      }
    }
    for (const { node, place } of pushedApart(this.first, (layer) => lineStart(layer, k), height)) {
      node.style.top = `${100 * place[1]}%`;
    }
    const end = (layer) => (layer.kind === "arrow" ? arrowEnd(layer, k) : lineEnd(layer, k));
    const marks = inside.flatMap(({ layer }) => (layer.kind === "arrow" ? shaftBoxes(layer, k, width, height) : markerBox(lineEnd(layer, k), width, height)));
    return placedInside(inside, end, width, height, marks);
  }
}

// A trail's end moves over its map.
const standsInside = ({ kind, future, connect }) => kind === "arrow" || (kind === "line" && connect && !future);

const BESIDE = 11; // pixels from a tip to its name
const MARK = 6; // pixels from the middle of a marker to its edge
const PIECES = 24; // of an arrow

// The boxes that a marker, and an arrow from end to end, take: no name stands over them.
function markerBox(tip, width, height) {
  if (!tip) return [];
  return [{ left: tip[0] * width - MARK, top: tip[1] * height - MARK, wide: 2 * MARK, high: 2 * MARK }];
}

function shaftBoxes({ points }, k, width, height) {
  const [x, y, toX, toY] = points.subarray(4 * (k - 1), 4 * k);
  if ([x, y, toX, toY].some(Number.isNaN)) return [];
  const share = (i) => i / PIECES;
  return Array.from({ length: PIECES + 1 }, (_, i) => ({
    left: (x + share(i) * (toX - x)) * width - 2, top: (y + share(i) * (toY - y)) * height - 2, wide: 4, high: 4,
  }));
}

// Each at the free place that is nearest to its tip, at the right of it where there is room.
function placedInside(named, end, width, height, marks) {
  const taken = [...marks], leads = [];
  for (const one of named) {
    const tip = end(one.layer);
    one.node.hidden = !tip;
    if (!tip) continue;
    const x = clamp(tip[0], 0, 1) * width, y = clamp(tip[1], 0, 1) * height;
    const isRight = tip[2] === undefined ? x + BESIDE + one.wide <= width : !tip[2];
    const wanted = isRight ? x + BESIDE : x - BESIDE - one.wide;
    const at = clamp(wanted, 0, Math.max(0, width - one.wide));
    const aside = tip[2] === undefined || at === wanted ? 0 : one.high; // not over the arrow itself
    const top = nearestFree(taken, { left: at, wide: one.wide, high: one.high }, y + aside - one.high / 2, height);
    taken.push({ left: at, top, wide: one.wide, high: one.high });
    Object.assign(one.node.style, { left: `${at}px`, top: `${top}px` });
    const away = top + one.high / 2 - y;
    if (Math.abs(away) > one.high) leads.push({ color: one.layer.color, from: [x, y], to: [clamp(x, at - 2, at + one.wide + 2), away > 0 ? top : top + one.high] });
  }
  return leads;
}

// The top of a box that lies over none of those taken and inside, as near as can be to where it is wanted.
function nearestFree(taken, { left, wide, high }, wanted, height) {
  const near = taken.filter((other) => left < other.left + other.wide && other.left < left + wide);
  const isFree = (top) => near.every((other) => top >= other.top + other.high - 1 || top + high - 1 <= other.top);
  const inside = (top) => clamp(top, 0, Math.max(0, height - high));
  const tops = [wanted, ...near.flatMap((other) => [other.top + other.high, other.top - high])]
    .map(inside).toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
  return tops.find(isFree) ?? tops[0];
}

// Those that have an end, from above, none over another and none outside.
function pushedApart(named, end, height) {
  for (const one of named) {
    one.place = end(one.layer);
    one.node.hidden = !one.place;
  }
  const shown = named.filter(({ place }) => place).toSorted((a, b) => a.place[1] - b.place[1]);
  let free = -Infinity;
  for (const { place, high } of shown) {
    place[1] = Math.max(clamp(place[1], 0, 1), free + high / height / 2);
    free = place[1] + high / height / 2;
  }
  free = 1 + 0.5 * (shown.at(-1)?.high ?? 0) / height;
  for (const { place, high } of shown.toReversed()) {
    place[1] = Math.min(place[1], free - high / height / 2);
    free = place[1] - high / height / 2;
  }
  return shown;
}

// The last point of a line or profile that is drawn, as fractions; null where there is none.
function lineEnd({ kind, points, x, y, future }, k) {
  if (kind === "profile") {
    const n = x.length;
    for (let i = n - 1; i >= 0; i--) if (!Number.isNaN(y[(k - 1) * n + i])) return [x[i], y[(k - 1) * n + i]];
    return null;
  }
  for (let i = (future ? points.length / 2 : k) - 1; i >= 0; i--) {
    if (!Number.isNaN(points[2 * i + 1])) return [points[2 * i], points[2 * i + 1]];
  }
  return null;
}

// Where a profile begins.
function lineStart({ x, y }, k) {
  const start = y[(k - 1) * x.length];
  return Number.isNaN(start) ? null : [x[0], start];
}

function arrowEnd({ points }, k) {
  const [x, y, toX, toY] = points.subarray(4 * (k - 1), 4 * k);
  return [x, y, toX, toY].some(Number.isNaN) ? null : [clamp(toX, 0, 1), toY, toX < x];
}
