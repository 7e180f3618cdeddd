// A plot: a picture that stands still, and a canvas over it for what moves.

const DASHES = { solid: [], dashed: [7, 4], dotted: [2, 3], dashdot: [8, 3, 2, 3] };
const FAINT = { light: 0.38, dark: 0.55 }; // of what is to come
const MARGIN = 8; // pixels of the canvas around the axes, as in the style sheet
const DRAG = 4; // pixels that a pointer moves before it drags
const NUDGE = 0.02; // of an axis that an arrow key moves a place
const REACH = 12; // pixels from a point within which a click means it

function tracePath(context, points, from, to, width, height) {
  context.beginPath();
  let inside = false;
  for (let i = from; i < to; i++) {
    const x = points[2 * i], y = points[2 * i + 1];
    if (Number.isNaN(x) || Number.isNaN(y)) inside = false;
    else if (inside) context.lineTo(x * width, y * height);
    else {
      context.moveTo(x * width, y * height);
      inside = true;
    }
  }
}

// From which step to which both edges of a band have a place.
function runsOfNumbers(points, from, to, steps) {
  const runs = [];
  for (let i = from; i < to; i++) {
    if (Number.isNaN(points[2 * i + 1]) || Number.isNaN(points[2 * (steps + i) + 1])) continue;
    if (runs.at(-1)?.[1] === i - 1) runs.at(-1)[1] = i;
    else runs.push([i, i]);
  }
  return runs;
}

function drawMarker(context, marker, x, y, size) {
  const corners = {
    s: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
    "^": [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]],
    v: [[0, 1.2], [1.15, -0.9], [-1.15, -0.9]],
    D: [[0, -1.35], [1.35, 0], [0, 1.35], [-1.35, 0]],
    P: [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
    X: [[-1, -1.2], [0, -0.5], [1, -1.2], [1.2, -0.9], [0.5, 0], [1.2, 0.9], [1, 1.2], [0, 0.5], [-1, 1.2], [-1.2, 0.9], [-0.5, 0], [-1.2, -0.9]],
  }[marker];
  context.beginPath();
  if (corners) corners.forEach(([a, b]) => context.lineTo(x + a * size, y + b * size));
  else context.arc(x, y, 1.1 * size, 0, 2 * Math.PI);
  context.closePath();
}

// Where a map, known at the middles of its cells, has a border: straight pieces between four middles
// each. Between two values of other sign they are 0; between two classes, where their margins meet.
function contourPath(context, { values, margins, rows, columns }) {
  const classes = margins ? values : values.map(Math.sign), away = margins ?? values.map(Math.abs);
  context.beginPath();
  const corners = [[0, 0], [0, 1], [1, 1], [1, 0]];
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const ends = [];
      corners.forEach(([down, right], i) => {
        const [nextDown, nextRight] = corners[(i + 1) % 4];
        const here = (row + down) * columns + column + right;
        const there = (row + nextDown) * columns + column + nextRight;
        if (classes[here] === classes[there]) return;
        const share = away[here] / (away[here] + away[there] || 1);
        ends.push([column + 0.5 + right + share * (nextRight - right), row + 0.5 + down + share * (nextDown - down)]);
      });
      if (ends.length === 2) joinPoints(context, ...ends);
      else for (const end of ends) joinPoints(context, end, middleOf(ends)); // three classes meet
    }
  }
}

function joinPoints(context, from, to) {
  context.moveTo(...from);
  context.lineTo(...to);
}

const middleOf = (places) => [0, 1].map((axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length);

// A map's numbers, or the levels that are packed in them.
function mapOf(history, k, name, cells) {
  const numbers = history.matrix(k, name);
  if (!cells) return { ...history.fields[name], values: numbers };
  const [rows, columns] = cells;
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, (_, i) => bitsAt(numbers, i) / 127.5 - 1) };
}

// A short piece of a line with its marker, for tables and legends.
function swatch({ color, dash, marker, width }, dashboard) {
  const canvas = element("canvas", { class: "swatch", width: 72, height: 32, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.strokeStyle = context.fillStyle = dashboard.ink(color);
  context.lineWidth = 2 * width;
  context.setLineDash(DASHES[dash].map((length) => 2 * length));
  context.beginPath();
  context.moveTo(2, 16);
  context.lineTo(70, 16);
  context.stroke();
  if (marker) {
    drawMarker(context, marker, 36, 16, 8);
    context.fill();
  }
  return canvas;
}

// Measure several plots at once: all ask, then all write, and so on.
function measureTogether(plots, dashboard) {
  let measured = plots.map((plot) => plot.measure(dashboard));
  while (measured.length) measured = measured.filter((one) => !one.next().done);
}

class Plot {
  constructor(panel, dashboard) {
    this.image = element("img", { alt: "" });
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.caption = element("figcaption");
    this.plot = element("div", { class: "plot", role: "img" });
    this.axes = new Axes(this.plot);
    this.names = new Names();
    this.why = element("p", { class: "why", hidden: true });
    this.plot.append(this.image, this.axes.still, this.names.inside, this.why, this.canvas);
    this.axes.node.append(this.names.before, this.names.beside);
    this.node = element("figure", {}, this.caption, this.axes.node);
    this.context = this.canvas.getContext("2d");
    this.plot.addEventListener("click", (event) => this.clicked(event, dashboard));
    this.plot.addEventListener("pointerdown", (event) => this.grab(event, dashboard));
    this.plot.addEventListener("keydown", (event) => this.nudge(event, dashboard));
    this.replace(panel, dashboard);
  }

  replace(panel, dashboard) {
    this.panel = panel;
    const picture = dashboard.model.get("pictures")[panel.picture];
    if (this.picture !== picture) {
      this.picture = picture;
      this.image.hidden = !picture.data;
      if (picture.data) this.image.src = picture.data;
    }
    this.axes.replace(panel, picture);
    this.node.className = panel.shape;
    this.plot.dataset.click = panel.click;
    if (this.isDragged(dashboard)) this.plot.tabIndex = 0;
    this.plot.setAttribute("aria-label", panel.label);
    this.caption.replaceChildren(element("span", { html: panel.title }), element("span", { class: "range", html: panel.ylabel }));
    const { history } = dashboard;
    this.layers = panel.layers.map((layer, i) => ({
      ...layer,
      name: panel.names[i],
      points: layer.points && history.array(layer.points),
      x: layer.x && history.array(layer.x),
      y: layer.y && history.array(layer.y),
      matrix: layer.field && matrixCanvas(layer.cells ? { rows: layer.cells[0], columns: layer.cells[1] } : history.fields[layer.field]),
    }));
    this.names.replace(this.layers, panel.bothEnds);
    this.rasters = this.layers.filter((layer) => layer.kind === "raster");
    this.below?.remove();
    if (this.rasters.length) { // they lie below the pictures
      this.below = element("canvas", { class: "below", "aria-hidden": "true" });
      this.plot.prepend(this.below);
    }
    this.size = null;
    return true;
  }

  // Whether a place is dragged here; among points a click chooses one of them.
  isDragged({ spec }) {
    const { click, layers } = this.panel;
    return !["", "step"].includes(click) && !spec.saved && !layers.some(({ kind }) => kind === "points");
  }

  // Let the place follow the pointer until it is let go; Python answers as fast as it can.
  grab(start, dashboard) {
    this.dragged = false;
    if (!this.isDragged(dashboard) || start.button) return;
    const move = (event) => {
      const away = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
      if (!this.dragged && away < DRAG) return;
      if (!this.dragged) dashboard.stop();
      this.dragged = true;
      this.plot.setPointerCapture(start.pointerId);
      dashboard.setPoint(this.panel.click, this.data(this.shareAt(event)));
    };
    const end = () => {
      this.plot.removeEventListener("pointermove", move);
      for (const last of ["pointerup", "pointercancel"]) this.plot.removeEventListener(last, end);
    };
    this.plot.addEventListener("pointermove", move);
    for (const last of ["pointerup", "pointercancel"]) this.plot.addEventListener(last, end);
  }

  // Move the place with the arrow keys; with Shift five times as far.
  nudge(event, dashboard) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (!way || !this.isDragged(dashboard) || isForNotebook(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 5 * NUDGE : NUDGE;
    const [x, y] = dashboard.values[this.panel.click].map((value, axis) => clamp(this.share(value, axis) + step * way[axis], 0, 1));
    dashboard.setPoint(this.panel.click, this.data([x, 1 - y]));
  }

  // Where the pointer is, in fractions of the axes.
  shareAt({ clientX, clientY }) {
    const { left, top, width, height } = this.plot.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  clicked(event, dashboard) {
    const { click } = this.panel;
    if (!click || this.dragged) return;
    const box = this.plot.getBoundingClientRect();
    const place = this.shareAt(event);
    dashboard.stop();
    if (click === "step") return dashboard.goTo(this.nearest(place[0], dashboard));
    const points = this.layers.find((layer) => layer.kind === "points");
    const point = points ? this.pointAt(points, place, box, dashboard) : -1;
    if (point >= 0) return dashboard.select(dashboard.row, point);
    if (points && dashboard.spec.saved !== true) {
      dashboard.select(dashboard.row, dashboard.history.fields[points.of].columns - 1);
      dashboard.savePosition(); // first, so that the instance left does not overtake the place asked
    }
    dashboard.setPoint(click, this.data(place));
  }

  // Which point lies under the pointer; -1 where there is none.
  pointAt(points, [x, y], { width, height }, dashboard) {
    let found = -1, distance = REACH;
    this.placesOf(points, dashboard).forEach((place, i) => {
      const away = Math.hypot((place[0] - x) * width, (place[1] - y) * height);
      if (away < distance) [found, distance] = [i, away];
    });
    return found;
  }

  // Where the points of a step lie, in fractions of the axes.
  placesOf({ of }, { history, k }) {
    if (!history.isHeld(k)) return [];
    const [x, y] = [0, 1].map((axis) => Array.from(history.row(k, of, axis), (value) => this.share(value, axis)));
    return x.map((across, i) => [across, 1 - y[i]]);
  }

  // How far along an axis a value lies.
  share(value, axis) {
    const [low, high, isLog] = this.panel.limits[axis];
    return isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  }

  // Step whose point on the first line lies nearest below the pointer.
  nearest(fraction, { k, spec }) {
    const line = this.layers.find((layer) => layer.kind === "line");
    if (!line) return k;
    let best = 1, distance = Infinity;
    for (let step = 1; step <= spec.steps; step++) {
      const away = Math.abs(line.points[2 * (step - 1)] - fraction);
      if (away < distance) [best, distance] = [step, away];
    }
    return best;
  }

  // Coordinates of a place that is given in fractions of the axes.
  data([x, y]) {
    const shares = [x, 1 - y];
    return this.panel.limits.map(([low, high, log], i) => {
      const share = clamp(shares[i], 0, 1);
      const value = log ? low * (high / low) ** share : low + share * (high - low);
      return Number(value.toPrecision(4));
    });
  }

  // Lay out again for the size that the page gives; drawing asks for none, which would be slow. It
  // stops before what is asked of the page and before what is written: plots that are measured
  // together cost one layout each time (see measureTogether).
  *measure(dashboard) {
    const { plot, axes, names } = this;
    if (plot.closest("[hidden]")) return; // behind "⋯": it has no size
    const style = getComputedStyle(plot), em = parseFloat(style.fontSize);
    this.notes = {};
    // Asked for once: after each step's changes the browser would work them all out again.
    this.look = { color: style.color, family: style.fontFamily, page: dashboard.pageColor, faint: dashboard.isDark ? FAINT.dark : FAINT.light };
    const shape = axes.shapeFor(em);
    yield;
    names.paint(dashboard);
    Object.assign(plot.style, shape);
    yield;
    const across = axes.node.clientWidth, high = plot.clientHeight;
    yield;
    names.show();
    yield;
    const hasRoom = names.measure(across, high, em);
    yield;
    names.beside.hidden = !hasRoom;
    yield;
    const [width, height] = [plot.clientWidth, plot.clientHeight];
    if (!width) return;
    this.room = [width, height];
    yield;
    axes.placeUp(height, em);
    yield;
    const label = axes.xlabel.offsetWidth;
    yield;
    axes.placeAcross(width, SMALL * em, label);
    yield;
    const ratio = devicePixelRatio;
    const [pixels, lines] = [plot.clientWidth, plot.clientHeight].map((length) => Math.round(length * ratio));
    // Lines and markers grow with the text; the canvas is wider than the axes by half a marker.
    this.size = { width: pixels, height: lines, unit: (ratio * em) / 16, edge: Math.round(ratio * MARGIN), em: em * ratio };
  }

  draw(dashboard) {
    if (!this.size) measureTogether([this], dashboard);
    if (!this.size) return;
    const { k } = dashboard;
    const { width, height, unit, edge } = this.size;
    if (this.rasters.length) this.drawRasters(dashboard, width, height);
    const { context } = this;
    const why = whyEmpty(this.layers, k, this.panel.limits);
    if (this.why.textContent !== why) this.why.textContent = why;
    this.why.hidden = !why;
    clearCanvas(this.canvas, width + 2 * edge, height + 2 * edge);
    this.chosen = dashboard.column;
    this.ink = (color) => dashboard.ink(color);
    this.markers = [];
    context.save();
    context.translate(edge, edge);
    context.save();
    context.beginPath();
    context.rect(-unit, -unit, width + 2 * unit, height + 2 * unit);
    context.clip();
    for (const layer of this.layers) {
      if (layer.kind === "raster") continue; // below
      this.choose(layer, unit);
      this[layer.kind](layer, k, width, height, unit, dashboard);
    }
    context.restore();
    for (const [layer, ...place] of this.markers) { // over all lines, and whole at the axes' edge
      this.choose(layer, unit);
      this.marker(...place);
    }
    this.drawLeads(this.names.draw(k, ...this.room), unit);
    context.restore();
  }

  // Hairlines from tips to names.
  drawLeads(leads, unit) {
    const { context } = this;
    for (const { color, from, to } of leads) {
      this.choose({ color, width: 0.8, dash: "solid" }, unit);
      context.beginPath();
      context.moveTo(...from.map((place) => place * devicePixelRatio));
      context.lineTo(...to.map((place) => place * devicePixelRatio));
      context.stroke();
    }
  }

  choose({ color, width, dash }, unit) {
    const { context } = this;
    context.strokeStyle = context.fillStyle = this.ink(color);
    context.lineWidth = 1.2 * width * unit;
    context.lineJoin = "round";
    context.setLineDash(DASHES[dash].map((length) => length * unit));
    context.globalAlpha = 1;
  }

  drawRasters(dashboard, width, height) {
    const { history, k } = dashboard;
    clearCanvas(this.below, width, height);
    if (!history.isHeld(k)) return;
    const context = this.below.getContext("2d");
    context.imageSmoothingEnabled = false;
    for (const raster of this.rasters) {
      const { matrix, cells, box: [x, y, right, up] } = raster;
      const map = mapOf(history, k, raster.field, cells);
      matrix.fill(map.values, raster, dashboard.table(raster.colors));
      context.save();
      context.imageSmoothingEnabled = raster.smooth;
      context.translate(x * width, y * height);
      context.scale((right * width) / matrix.canvas.width, (up * height) / matrix.canvas.height);
      context.drawImage(matrix.canvas, 0, 0);
      if (raster.contour) {
        const margins = raster.margins && mapOf(history, k, raster.margins, cells).values.map((level) => level + 1);
        contourPath(context, margins ? { ...map, margins } : map);
        context.restore(); // a line as wide everywhere, whatever the scales
        context.save();
        context.strokeStyle = this.look.color;
        context.lineWidth = 1.6 * this.size.unit;
        context.stroke();
      }
      context.restore();
    }
  }

  line(layer, k, width, height, unit) {
    const { points, future, connect, marker } = layer;
    const { context } = this;
    const steps = points.length / 2;
    if (!connect) return this.dots(layer, k, width, height, unit);
    if (future) {
      context.globalAlpha = this.look.faint;
      tracePath(context, points, k - 1, steps, width, height);
      context.stroke();
      context.globalAlpha = 1;
    }
    tracePath(context, points, 0, k, width, height);
    context.stroke();
    if (marker) this.mark(layer, points[2 * k - 2] * width, points[2 * k - 1] * height, 5.5 * unit);
  }

  // The space between two lines, of which the second lies behind the first.
  band({ points }, k, width, height) {
    const { context } = this;
    const steps = points.length / 4;
    for (const [from, to, alpha] of [[0, k, 0.32], [k - 1, steps, 0.14]]) {
      context.globalAlpha = alpha;
      for (const [first, last] of runsOfNumbers(points, from, to, steps)) {
        context.beginPath();
        for (let i = first; i <= last; i++) context.lineTo(points[2 * i] * width, points[2 * i + 1] * height);
        for (let i = steps + last; i >= steps + first; i--) context.lineTo(points[2 * i] * width, points[2 * i + 1] * height);
        context.fill();
      }
    }
  }

  dots({ points, future, marker }, k, width, height, unit) {
    const { context } = this;
    context.setLineDash([]);
    for (let i = 0; i < (future ? points.length / 2 : k); i++) {
      context.globalAlpha = i < k ? 1 : this.look.faint;
      this.marker(marker, points[2 * i] * width, points[2 * i + 1] * height, 4 * unit);
    }
  }

  // Remember a marker, to be drawn when all lines are, unless it lies outside.
  mark(layer, x, y, size) {
    const { width, height, unit } = this.size;
    const isInside = x >= -unit && x <= width + unit && y >= -unit && y <= height + unit;
    if (isInside) this.markers.push([layer, layer.marker, x, y, size]);
  }

  marker(marker, x, y, size) {
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    const { context } = this;
    context.setLineDash([]);
    drawMarker(context, marker, x, y, size);
    context.fill();
    const { strokeStyle, lineWidth } = context;
    context.strokeStyle = this.look.page;
    context.lineWidth = size / 3.5;
    context.stroke();
    Object.assign(context, { strokeStyle, lineWidth });
  }

  points(points, k, width, height, unit, dashboard) {
    const { context } = this;
    const places = this.placesOf(points, dashboard);
    const { color, page } = this.look;
    context.setLineDash([]);
    for (const [i, [x, y]] of places.entries()) {
      if (Number.isNaN(x)) continue;
      if (i === places.length - 1 && !["", "step"].includes(this.panel.click)) this.cross(x * width, y * height, 6 * unit, color);
      for (const [size, line, style] of i === this.chosen ? [[8.5, 5, page], [8.5, 2.5, color]] : [[4.5, 1.6, color]]) {
        context.beginPath();
        context.arc(x * width, y * height, size * unit, 0, 2 * Math.PI);
        context.lineWidth = line * unit;
        context.strokeStyle = style;
        context.stroke();
      }
    }
  }

  // The place that was asked for, which is no instance.
  cross(x, y, size, color) {
    const { context } = this;
    context.beginPath();
    for (const [right, down] of [[1, 0], [0, 1]]) {
      context.moveTo(x - size * right, y - size * down);
      context.lineTo(x + size * right, y + size * down);
    }
    context.lineWidth = size / 4;
    context.strokeStyle = color;
    context.stroke();
  }

  profile(layer, k, width, height, unit) {
    const { x, y, filled } = layer;
    const { context } = this;
    const n = x.length;
    const row = y.subarray((k - 1) * n, k * n);
    const points = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      points[2 * i] = x[i];
      points[2 * i + 1] = row[i];
    }
    tracePath(context, points, 0, n, width, height);
    context.stroke();
    // No line leads through a single point.
    if (n === 1) this.mark(layer, points[0] * width, points[1] * height, 5.5 * unit);
    if (!filled) return;
    context.lineTo(x[n - 1] * width, height);
    context.lineTo(x[0] * width, height);
    context.closePath();
    context.globalAlpha = 0.3;
    context.fill();
  }

  // One for each row of a matrix, of the column that is chosen.
  bars({ of, places, across, zero, unit }, k, width, height, _, { history, column }) {
    if (!history.isHeld(k)) return;
    const { context } = this;
    places.forEach((place, row) => {
      context.fillRect((place - across / 2) * width, zero * height, across * width, unit * history.entry(k, of, row, column) * height);
    });
  }

  // What stands still: a hatching, a bar with a marker at each of its ends.
  path({ points, marker }, k, width, height, unit) {
    tracePath(this.context, points, 0, points.length / 2, width, height);
    this.context.stroke();
    this.context.setLineDash([]);
    if (!marker) return;
    for (let i = 0; i < points.length; i += 2) this.marker(marker, points[i] * width, points[i + 1] * height, 5.5 * unit);
  }

  // Words with a rim of the page's colour, to be read on any ground.
  note({ text, place: [x, y] }, k, width, height, unit) {
    const { context } = this;
    const written = (this.notes[text] ??= this.write(text, context.fillStyle, unit));
    const room = Math.max(0, width - written.width); // none is cut at the right edge
    context.drawImage(written, Math.min(x * width - 4 * unit, room), y * height - written.height / 2);
  }

  // Words on a canvas of their own: on one that stands in the page a font costs a layout each time.
  write(text, color, unit) {
    const high = 0.95 * this.size.em, font = `600 ${high}px ${this.look.family}`;
    const rim = 4 * unit, context = new OffscreenCanvas(1, 1).getContext("2d");
    context.font = font;
    context.canvas.width = Math.ceil(context.measureText(text).width + 2 * rim);
    context.canvas.height = Math.ceil(2 * high);
    Object.assign(context, { font, textBaseline: "middle", lineWidth: rim, lineJoin: "round" });
    context.strokeStyle = this.look.page;
    context.fillStyle = color;
    context.strokeText(text, rim, high);
    context.fillText(text, rim, high);
    return context.canvas;
  }

  arrow({ points }, k, width, height, unit) {
    const [x, y, toX, toY] = points.subarray(4 * (k - 1), 4 * k);
    if ([x, y, toX, toY].some(Number.isNaN)) return;
    const { context } = this;
    const start = [x * width, y * height], end = [toX * width, toY * height];
    const angle = Math.atan2(end[1] - start[1], end[0] - start[0]);
    const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
    context.beginPath();
    context.moveTo(...start);
    context.lineTo(...end);
    context.stroke();
    context.setLineDash([]);
    const head = Math.min(9 * unit, length);
    context.beginPath();
    context.moveTo(...end);
    for (const turn of [-0.45, 0.45]) context.lineTo(end[0] - head * Math.cos(angle + turn), end[1] - head * Math.sin(angle + turn));
    context.closePath();
    context.fill();
  }
}
