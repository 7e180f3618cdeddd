// Names at the ends of lines, beside the plot, and at the tips of arrows, in it: pushed apart.

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
      this.named.push({ layer, isArrow: layer.kind === "arrow", node: element("span", { html: name }) });
    }
    const nodes = (arrows) => this.named.filter(({ isArrow }) => isArrow === arrows).map(({ node }) => node);
    this.beside.replaceChildren(...nodes(false));
    this.inside.replaceChildren(...nodes(true));
    this.first = bothEnds ? this.named.map((one) => ({ ...one, node: one.node.cloneNode(true) })) : [];
    this.before.replaceChildren(...this.first.map(({ node }) => node));
    this.needed = layers.some((layer) => layer.label && !layer.name);
  }

  paint(dashboard) {
    for (const { layer, node } of [...this.named, ...this.first]) node.style.setProperty("--color", dashboard.ink(layer.color));
  }

  // Whether there is room: a small plot leaves names to its table.
  fit(width, height, em) {
    this.beside.hidden = false;
    for (const one of this.named) one.high = one.isArrow ? em : one.node.offsetHeight;
    const high = this.named.reduce((sum, { isArrow, high }) => sum + (isArrow ? 0 : high), 0);
    for (const one of this.first) one.high = one.node.offsetHeight;
    this.beside.hidden = !this.needed && (this.beside.offsetWidth > GUTTER * width || high > height);
  }

  draw(k, height) {
    const lines = this.named.filter(({ isArrow }) => !isArrow), arrows = this.named.filter(({ isArrow }) => isArrow);
    if (!this.beside.hidden) {
      for (const { node, place } of pushedApart(lines, (layer) => lineEnd(layer, k), height)) {
        node.style.top = `${100 * place[1]}%`;
      }
    }
    for (const { node, place } of pushedApart(this.first, (layer) => lineStart(layer, k), height)) {
      node.style.top = `${100 * place[1]}%`;
    }
    for (const { node, place: [x, y, isLeft] } of pushedApart(arrows, (layer) => arrowEnd(layer, k), height)) {
      Object.assign(node.style, { left: `${100 * x}%`, top: `${100 * y}%`, transform: `translate(${isLeft ? "-105%" : "5%"}, -50%)` });
    }
  }
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
