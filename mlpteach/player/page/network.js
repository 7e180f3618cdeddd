// A network, drawn: units with their own maps, weights between them, and the numbers of one instance.

const WEIGHT_REACH = 8; // pixels from a weight within which a click means it
const ROOMY = 165; // pixels between two layers where all of a unit's numbers have their place

class Diagram {
  constructor(panel, dashboard) {
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.plot = element("div", { class: "diagram", role: "img", tabindex: 0 }, this.canvas);
    this.caption = element("figcaption");
    this.node = element("figure", {}, this.caption, this.plot);
    this.context = this.canvas.getContext("2d");
    this.plot.addEventListener("click", (event) => this.clicked(event, dashboard));
    this.plot.addEventListener("keydown", (event) => this.onKey(event, dashboard));
    this.plot.addEventListener("pointermove", (event) => this.tellDigits(event));
    this.written = []; // the numbers that are drawn, and where
    this.replace(panel);
  }

  replace(panel) {
    this.panel = panel;
    this.size = null;
    this.caption.innerHTML = `<span>${panel.title}</span>`;
    this.plot.setAttribute("aria-label", panel.label);
    this.starts = []; // of W^(l) among all parameters
    panel.sizes.reduce((start, size, i) => {
      if (i) this.starts[i] = start;
      return i ? start + size * (panel.sizes[i - 1] + 1) : start;
    }, 0);
    const [rows, columns] = panel.cells;
    const units = panel.sizes.slice(1).reduce((sum, size) => sum + size, 0);
    this.maps = element("canvas", { width: columns, height: rows * units });
    return true;
  }

  // -- choosing

  // The unit of a layer, from 1, that the way through the chosen parameter takes.
  onWay(layer, { spec, row }) {
    return spec.ways[`unit${layer}`][row];
  }

  weight(layer, unit, input) {
    return this.starts[layer] + unit * this.panel.sizes[layer - 1] + input;
  }

  chooseUnit(layer, unit, dashboard) {
    const row = layer === 1
      ? this.weight(1, this.onWay(2, dashboard), unit)
      : this.weight(layer - 1, unit, this.onWay(layer - 1, dashboard));
    dashboard.select(row, dashboard.column);
  }

  clicked(event, dashboard) {
    const box = this.plot.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const half = this.half + 3;
    const unit = this.units().find(({ at }) => Math.abs(at[0] - x) < half && Math.abs(at[1] - y) < half);
    if (unit) return this.chooseUnit(unit.layer, unit.unit, dashboard);
    let found = null, distance = WEIGHT_REACH;
    for (const weight of this.weights()) {
      const away = distanceTo(weight, x, y);
      if (away < distance) [found, distance] = [weight, away];
    }
    if (found) dashboard.select(this.weight(found.layer, found.unit, found.input), dashboard.column);
  }

  onKey(event, dashboard) {
    const move = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!move || isForNotebook(event)) return;
    const { sizes } = this.panel;
    const layer = clamp(dashboard.spec.ways.layer[dashboard.row] + 1 + move[0], 2, sizes.length);
    this.chooseUnit(layer, clamp(this.onWay(layer, dashboard) + move[1], 0, sizes[layer - 1] - 1), dashboard);
    event.preventDefault();
    event.stopPropagation();
  }

  // All digits of the number under the pointer.
  tellDigits(event) {
    const box = this.plot.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const under = this.written.findLast(({ left, right, middle, high }) => x >= left && x <= right && Math.abs(y - middle) <= high);
    const title = under ? String(under.exact) : "";
    if (this.plot.title !== title) this.plot.title = title;
  }

  // What is drawn, with all digits: for "Copy numbers".
  copied(dashboard) {
    const lines = [];
    for (const [i, size] of this.panel.sizes.entries()) {
      for (const [letter, layer] of [["Z", i], ["A", i + 1], ["V", i]]) {
        if (layer && (letter === "A" && !i || this.isKnown(`${letter}${layer}`, dashboard)))
          lines.push([`${letter}${layer}`, ...Array.from({ length: size }, (_, unit) => this.number(letter, layer, unit, dashboard))]);
      }
    }
    return lines;
  }

  // -- where everything lies, in pixels of the page

  place(layer, unit) {
    const { sizes } = this.panel;
    const side = Math.max(1.1 * this.half, 1.9 * this.font), right = this.roomy ? this.half + 5 * this.font : Math.max(side, 2.9 * this.font);
    const x = side + ((layer - 1) * (this.width - side - right)) / (sizes.length - 1);
    const height = this.height - (this.roomy ? 0 : this.font); // a number below the lowest unit
    return [x, (height * (unit + 0.5)) / sizes[layer - 1]];
  }

  // Asked for once (see retheme): each time it would cost a layout.
  arrange() {
    const { sizes } = this.panel;
    this.size = true;
    this.width = this.plot.clientWidth;
    this.height = this.plot.clientHeight;
    this.font = clamp(this.width / 32, 14, 20);
    const across = this.width / (sizes.length - 0.5);
    this.roomy = across > ROOMY;
    const high = this.height / Math.max(...sizes.slice(1), 2) - (this.roomy ? 8 : this.font + 8);
    this.half = clamp(Math.min(high, (this.roomy ? 0.34 : 0.5) * across) / 2, 8, 44);
  }

  units() {
    return this.panel.sizes.flatMap((size, i) =>
      Array.from({ length: size }, (_, unit) => ({ layer: i + 1, unit, at: this.place(i + 1, unit) })));
  }

  // Every weight as a curve from right of its input to left of its unit.
  weights() {
    const found = [];
    for (let layer = 1; layer < this.panel.sizes.length; layer++) {
      for (let unit = 0; unit < this.panel.sizes[layer]; unit++) {
        for (let input = 0; input < this.panel.sizes[layer - 1]; input++) {
          const from = this.place(layer, input), to = this.place(layer + 1, unit);
          const start = [from[0] + this.half, from[1]], end = [to[0] - this.half, to[1]];
          found.push({ layer, unit, input, start, end, bend: 0.45 * (end[0] - start[0]) });
        }
      }
    }
    return found;
  }

  // -- drawing

  // Which weights the line is about, and which of their numbers: W, or the gradient G.
  focus({ spec, line, row }) {
    const name = this.panel.lines[line] ?? "";
    const last = this.panel.sizes.length - 1;
    const [, letter, number] = name.match(/^([ZAVG])(\d)$/) ?? [];
    const layer = Number(number);
    if (letter === "Z") return { layer, matrix: "W" };
    if (letter === "A") return { layer: layer - 1, matrix: "W" };
    if (letter === "V") return { layer: layer === last ? 0 : layer + 1, matrix: "W" };
    if (letter === "G") return { layer, matrix: "G" };
    if (name === "J") return { layer: 0, matrix: "W" };
    return { layer: spec.ways.layer[row], matrix: name === "W" ? "W" : "G" };
  }

  isKnown(name, { line }) {
    return this.panel.lines.indexOf(name) <= line;
  }

  draw(dashboard) {
    const { history, k } = dashboard;
    const ratio = devicePixelRatio;
    if (!this.size) this.arrange();
    const ready = history.isHeld(k); // no other step's numbers under this step's k
    this.canvas.style.visibility = ready ? "" : "hidden";
    if (!this.width || !ready) return;
    this.look ??= this.colors(dashboard);
    const { context } = this;
    context.resetTransform();
    clearCanvas(this.canvas, Math.round(this.width * ratio), Math.round(this.height * ratio));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `${this.font}px ${this.look.family}`;
    context.textBaseline = "middle";
    this.written = [];
    this.fillMaps(dashboard);
    this.drawWeights(dashboard);
    this.units().forEach((unit) => this.drawUnit(unit, dashboard));
    this.drawChosen(dashboard);
  }

  colors(dashboard) {
    const style = getComputedStyle(this.node);
    const dark = isDark(this.node);
    const signs = dark ? ["#7fb4ff", "#ff9a8a"] : ["#1f5fa8", "#b2182b"];
    return { ink: style.color, family: style.fontFamily, page: pageColor(this.node), table: dashboard.table("signed"), of: (value) => signs[Number(value > 0)] };
  }

  fillMaps({ history, k }) {
    const numbers = history.matrix(k, this.panel.maps);
    const context = this.maps.getContext("2d");
    const image = context.createImageData(this.maps.width, this.maps.height);
    const { table } = this.look;
    for (let i = 0; i < 3 * numbers.length; i++) {
      const level = bitsAt(numbers, i);
      for (let part = 0; part < 3; part++) image.data[4 * i + part] = table[3 * level + part];
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  drawWeights(dashboard) {
    const { context, look } = this;
    const { layer, matrix } = this.focus(dashboard);
    const values = { W: dashboard.history.matrix(dashboard.k, "W"), G: dashboard.history.matrix(dashboard.k, "G") };
    const limits = { W: largest(values.W), G: largest(values.G) };
    context.lineCap = "butt";
    for (const weight of this.weights()) {
      const shown = weight.layer === layer ? matrix : "W";
      const value = values[shown][this.weight(weight.layer, weight.unit, weight.input)];
      context.globalAlpha = weight.layer === layer ? 0.8 : 0.22;
      context.strokeStyle = look.of(value);
      context.lineWidth = 0.6 + (0.16 * this.half * Math.abs(value)) / limits[shown];
      context.setLineDash(shown === "G" ? [6, 3] : []);
      curve(context, weight);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  drawUnit({ layer, unit, at: [x, y] }, dashboard) {
    const { context, half, look } = this;
    const onWay = this.onWay(layer, dashboard) === unit;
    context.strokeStyle = look.ink;
    context.lineWidth = onWay ? 3 : 1;
    context.beginPath();
    if (layer === 1) {
      context.arc(x, y, half, 0, 2 * Math.PI);
      context.fillStyle = look.page;
      context.fill();
    } else {
      this.drawMap(layer, unit, x, y);
      context.rect(x - half, y - half, 2 * half, 2 * half);
    }
    context.stroke();
    if (layer === 1) this.writeInput(unit, x, y, dashboard);
    else if (this.roomy) this.writeAll(layer, unit, x, y, dashboard);
    else this.writeOne(layer, unit, x, y, dashboard);
  }

  drawMap(layer, unit, x, y) {
    const [rows, columns] = this.panel.cells;
    const before = this.panel.sizes.slice(1, layer - 1).reduce((sum, size) => sum + size, 0);
    const { context, half } = this;
    context.save();
    context.translate(x, y);
    context.scale(1, -1); // the first row is the lowest
    context.drawImage(this.maps, 0, rows * (before + unit), columns, rows, -half, -half, 2 * half, 2 * half);
    context.restore();
  }

  number(letter, layer, unit, { history, k, column }) {
    return history.entry(k, `${letter}${layer}`, unit, column);
  }

  writeInput(unit, x, y, dashboard) {
    const value = this.number("A", 1, unit, dashboard);
    const step = 0.55 * this.font;
    const fits = this.half > 1.6 * this.font;
    if (fits) this.write(`x${"₁₂"[unit]}`, x, y - step, { align: "center" });
    this.write(format(value), x, fits ? y + step : y + this.half + 0.7 * this.font, { align: "center", value });
  }

  writeAll(layer, unit, x, y, dashboard) {
    const right = x + this.half + 3, apart = Math.min(this.half, 0.95 * this.font) - 1;
    for (const [letter, name, number, down] of [["z", "Z", layer - 1, -apart], ["a", "A", layer, apart]]) {
      if (!this.isKnown(`${name}${number}`, dashboard)) continue;
      this.write(letter, right, y + down, { style: "italic" });
      const value = this.number(name, number, unit, dashboard);
      this.write(format(value), right + 0.75 * this.font, y + down, { value });
    }
    this.writeSensitivity(layer, unit, x, y, dashboard);
  }

  // V on its way back: a disc as large as it is, at the left of its unit.
  writeSensitivity(layer, unit, x, y, dashboard) {
    if (!this.isKnown(`V${layer - 1}`, dashboard)) return;
    const value = this.number("V", layer - 1, unit, dashboard);
    if (Number.isNaN(value)) return;
    const { context, half, look } = this;
    const strongest = largest(dashboard.history.matrix(dashboard.k, `V${layer - 1}`));
    context.beginPath();
    context.arc(x - half, y, Math.max(2.5, 0.45 * half * Math.sqrt(Math.abs(value) / strongest)), 0, 2 * Math.PI);
    context.fillStyle = look.of(value);
    context.fill();
    context.strokeStyle = look.page;
    context.lineWidth = 1.5;
    context.stroke();
    if (!this.roomy) return;
    const below = layer === this.panel.sizes.length; // what comes in at its left has its own numbers
    const place = below ? [x, y + half + 0.8 * this.font] : [x - half - 4, y + Math.min(half, this.font)];
    this.write(format(value), ...place, { align: below ? "center" : "right", value, letter: "v " });
  }

  // Where layers stand close: the number that the line is about, below the unit.
  writeOne(layer, unit, x, y, dashboard) {
    this.writeSensitivity(layer, unit, x, y, dashboard);
    const latest = [["V", layer - 1], ["A", layer], ["Z", layer - 1]].find(([name, n]) => this.isKnown(`${name}${n}`, dashboard));
    if (!latest) return;
    const value = this.number(...latest, unit, dashboard);
    this.write(format(value), x, y + this.half + 0.62 * this.font, { align: "center", value });
  }

  // The chosen weight, or its gradient where the line is about it, with its number.
  drawChosen(dashboard) {
    const { layer, matrix } = this.focus(dashboard);
    const chosen = layer || dashboard.spec.ways.layer[dashboard.row];
    const unit = this.onWay(chosen + 1, dashboard), input = this.onWay(chosen, dashboard);
    const weight = this.weights().find((one) => one.layer === chosen && one.unit === unit && one.input === input);
    const value = dashboard.history.matrix(dashboard.k, matrix)[this.weight(chosen, unit, input)];
    const { context, look } = this;
    curve(context, weight);
    context.strokeStyle = look.of(value);
    context.lineWidth = 4;
    context.setLineDash(matrix === "G" ? [6, 3] : []);
    context.stroke();
    context.setLineDash([]);
    const [x, y] = along(weight, chosen === 1 ? 0.4 : 0.7);
    const text = format(value), wide = context.measureText(text).width + 10;
    context.fillStyle = look.page;
    context.strokeStyle = look.of(value);
    context.lineWidth = 1.2;
    context.beginPath();
    context.roundRect(x - wide / 2, y - 0.75 * this.font, wide, 1.5 * this.font, 4);
    context.fill();
    context.stroke();
    this.write(text, x, y + 1, { align: "center", value });
  }

  remember(wide, x, y, align, exact) {
    const left = x - { left: 0, center: wide / 2, right: wide }[align];
    this.written.push({ left, right: left + wide, middle: y, high: 0.6 * this.font, exact });
  }

  write(text, x, y, { align = "left", value: exact, style = "", letter = "" }) {
    const { context, look } = this;
    const [size] = context.font.match(/[\d.]+px .*/);
    context.save();
    context.font = `${style} ${size}`;
    context.textAlign = align;
    context.lineWidth = 3;
    context.strokeStyle = look.page; // readable upon a weight
    context.strokeText(letter + text, x, y);
    context.fillStyle = exact ? look.of(exact) : look.ink;
    context.fillText(letter + text, x, y);
    if (exact !== undefined) this.remember(context.measureText(letter + text).width, x, y, align, exact);
    context.restore();
  }
}

const largest = (values) => values.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0) || 1;

function curve(context, { start, end, bend }) {
  context.beginPath();
  context.moveTo(...start);
  context.bezierCurveTo(start[0] + bend, start[1], end[0] - bend, end[1], ...end);
}

// The place on a curve at a share of its way.
function along({ start, end, bend }, share) {
  const rest = 1 - share;
  const parts = [rest ** 3, 3 * rest ** 2 * share, 3 * rest * share ** 2, share ** 3];
  const points = [start, [start[0] + bend, start[1]], [end[0] - bend, end[1]], end];
  return [0, 1].map((axis) => points.reduce((sum, point, i) => sum + parts[i] * point[axis], 0));
}

function distanceTo(weight, x, y) {
  let least = Infinity;
  for (let i = 0; i <= 24; i++) {
    const [a, b] = along(weight, i / 24);
    least = Math.min(least, Math.hypot(a - x, b - y));
  }
  return least;
}
