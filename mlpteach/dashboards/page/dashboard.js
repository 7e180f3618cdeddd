// The page's half of a dashboard (player.py is the kernel's): draws the frame the slider shows,
// steps and plays by itself, and asks the kernel only for new histories and missing frames.

const SPEEDS = [2, 10, 30, 60]; // updates a second
const WINDOW = 32; // updates asked for at once where frames are missing

// -- small helpers

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "html") made.innerHTML = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function format(value, digits = 5) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  // Below 10^digits toPrecision writes no exponent of its own.
  if (size >= 1e-3 && size < 10 ** digits - 1) return value.toPrecision(digits).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = [...String(Number(exponent))].map((c) => SUPERSCRIPT[c]).join("");
  return `${mantissa}·10${power}`.replace("-", "−");
}

function short(value) {
  const size = Math.abs(value);
  return size && (size < 1e-3 || size >= 1e4)
    ? value.toExponential(1).replace("e-", "e−").replace("e+", "e")
    : String(Number(value.toPrecision(4)));
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const floats = (view) => new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function isDark(node) {
  const [r, g, b] = (getComputedStyle(node).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b > 128; // light text: dark page
}

// -- the history: frames by update, and where each quantity lies in a frame

class History {
  constructor(model) {
    this.spec = model.get("spec");
    this.curve = floats(model.get("curve"));
    this.fields = {};
    this.size = 0;
    for (const [name, [rows, columns]] of Object.entries(this.spec.fields ?? {})) {
      this.fields[name] = { rows, columns, start: this.size };
      this.size += rows * columns;
    }
    this.frames = new Map();
    this.add(this.spec.held, floats(model.get("frames")));
  }

  add(updates, numbers) {
    updates.forEach((k, i) => this.frames.set(k, numbers.subarray(i * this.size, (i + 1) * this.size)));
  }

  loss(k) {
    return this.curve[3 * (k - 1)];
  }

  place(k) {
    return [this.curve[3 * (k - 1) + 1], this.curve[3 * (k - 1) + 2]];
  }

  values(k, name) {
    const { rows, columns, start } = this.fields[name];
    return this.frames.get(k).subarray(start, start + rows * columns);
  }

  entry(k, name, row, column) {
    return this.values(k, name)[row * this.fields[name].columns + column];
  }
}

// -- panels

class Heat {
  constructor(panel, dashboard) {
    this.panel = panel;
    const { rows, columns } = dashboard.history.fields[panel.field];
    this.rows = rows;
    this.columns = columns;
    this.canvas = element("canvas", {
      width: columns, height: rows, role: "img", "aria-label": panel.label, "data-field": panel.field,
      tabindex: panel.selectable ? 0 : false,
    });
    this.cell = element("div", { class: "cell", hidden: !panel.selectable });
    this.wait = element("div", { class: "wait", hidden: true });
    const low = panel.colors === "signed" ? `±${short(panel.limit)}` : `0 … ${short(panel.limit)}`;
    this.node = element("figure", {},
      element("figcaption", {}, element("span", { html: panel.title }), element("span", { class: "range" }, low)),
      element("div", { class: "map" }, this.canvas, this.cell, this.wait));
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(columns, rows);
    if (panel.selectable) this.listen(dashboard);
  }

  listen(dashboard) {
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect();
      dashboard.select(
        Math.floor(((event.clientY - box.top) / box.height) * this.rows),
        Math.floor(((event.clientX - box.left) / box.width) * this.columns));
    });
    this.canvas.addEventListener("keydown", (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move) return;
      dashboard.select(dashboard.row + move[0], dashboard.column + move[1]);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  draw(dashboard) {
    const { history, k } = dashboard;
    const computed = dashboard.isComputed(this.panel.line);
    const ready = history.frames.has(k);
    this.wait.hidden = computed && ready;
    if (this.wait.hidden) this.paint(history.values(k, this.panel.field), dashboard.table(this.panel.colors));
    else this.wait.textContent = computed ? `update ${k} …` : "not computed yet";
    if (this.panel.selectable) {
      const cell = this.cell.style;
      cell.left = `${(100 * dashboard.column) / this.columns}%`;
      cell.top = `${(100 * dashboard.row) / this.rows}%`;
      cell.width = `${100 / this.columns}%`;
      cell.height = `${100 / this.rows}%`;
    }
  }

  paint(values, table) {
    const { limit, gamma, colors } = this.panel;
    const pixels = this.image.data;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const strength = Math.min(Math.abs(value) / limit, 1) ** gamma;
      const shade = colors === "signed" ? 0.5 + 0.5 * Math.sign(value) * strength : strength;
      const from = 3 * Math.round(255 * shade);
      pixels[4 * i] = table[from];
      pixels[4 * i + 1] = table[from + 1];
      pixels[4 * i + 2] = table[from + 2];
      pixels[4 * i + 3] = Number.isNaN(value) ? 0 : 255;
    }
    this.context.putImageData(this.image, 0, 0);
  }
}

class Curve {
  constructor(panel, dashboard) {
    this.dot = element("div", { class: "dot" });
    const mask = `url("${panel.ink}")`;
    this.plot = element("div", { class: "plot", role: "img", "aria-label": panel.label },
      element("img", { src: panel.picture, alt: "" }),
      element("div", { class: "ink", style: `mask-image:${mask};-webkit-mask-image:${mask}` }), this.dot);
    this.node = element("figure", {}, element("figcaption", {}, panel.title), this.plot);
    this.plot.addEventListener("click", (event) => {
      const box = this.plot.getBoundingClientRect();
      dashboard.goTo(this.nearest(dashboard.history, (event.clientX - box.left) / box.width));
    });
  }

  nearest(history, fraction) {
    let best = 1;
    for (let k = 1; k <= history.spec.updates; k++) {
      if (Math.abs(history.place(k)[0] - fraction) < Math.abs(history.place(best)[0] - fraction)) best = k;
    }
    return best;
  }

  draw({ history, k }) {
    const [x, y] = history.place(k);
    this.dot.style.left = `${100 * x}%`;
    this.dot.style.top = `${100 * y}%`;
  }
}

class Ledger {
  constructor(spec) {
    this.caption = element("caption", { class: "weight" });
    this.rows = spec.lines.map((line, i) =>
      element("tr", { "data-line": line.name, "data-index": i },
        element("td", { html: line.formula }),
        element("td", { class: "numbers", html: line.numbers }),
        element("td", { class: "result" }, element("b", {}, "= ", element("span", {})))));
    this.node = element("table", { class: "ledger", hidden: !spec.lines.length }, this.caption, ...this.rows);
  }

  draw(dashboard) {
    const { history, k, line, row, column } = dashboard;
    const ready = history.frames.has(k);
    this.caption.innerHTML =
      `Weight <math><msubsup><mi>W</mi><mrow><mn>${row + 1}</mn><mo>,</mo><mn>${column + 1}</mn></mrow>` +
      `<mrow><mo>(</mo><mn>${history.spec.layer}</mn><mo>)</mo></mrow></msubsup></math>: ` +
      `unit ${row + 1}, input ${column + 1} <span class="range">(click a map to choose another)</span>`;
    const number = (key) => {
      if (key === "k") return k;
      return key === "factor" ? history.spec.factors[k - 1] : history.entry(k, key, row, column);
    };
    this.rows.forEach((node, i) => {
      node.classList.toggle("current", i === line);
      node.classList.toggle("pending", i > line || !ready);
      if (i === line) node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
      if (!ready) return;
      for (const slot of node.querySelectorAll("[data-key]")) {
        const value = number(slot.dataset.key);
        slot.textContent = slot.dataset.key === "k" ? value : format(value);
        if (value < 0) slot.textContent = `(${slot.textContent})`;
      }
      const result = node.querySelector(".result span");
      const value = number(node.dataset.line === "W" ? "W_after" : node.dataset.line);
      result.textContent = format(value);
      result.dataset.value = value;
    });
  }
}

// -- controls

function makeControl(control, value, changed) {
  if (control.kind === "choice") {
    const buttons = Object.entries(control.options).map(([option, text]) =>
      element("button", { "aria-pressed": String(option === value), "data-value": option, onclick: (event) => {
        for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        changed(option);
      } }, text));
    return element("span", { class: "segments", role: "group", "aria-label": control.label, "data-control": control.name }, ...buttons);
  }
  if (control.kind === "toggle") {
    const box = element("input", { type: "checkbox", checked: value, "data-control": control.name, onchange: () => changed(box.checked) });
    return element("label", {}, box, control.label);
  }
  const scale = control.log ? Math.log10 : (x) => x;
  const back = control.log ? (x) => Number((10 ** x).toPrecision(2)) : (x) => Number(x.toPrecision(4));
  const shown = element("output", {}, short(value));
  const range = element("input", {
    type: "range", min: scale(control.low), max: scale(control.high), step: "any", value: scale(clamp(value, control.low, control.high)),
    "aria-label": control.label, "aria-valuetext": short(value), "data-control": control.name,
    oninput: () => {
      const chosen = clamp(back(Number(range.value)), control.low, control.high);
      shown.textContent = short(chosen);
      range.setAttribute("aria-valuetext", short(chosen));
      changed(chosen);
    },
  });
  return element("label", {}, element("span", { class: "letter" }, control.label), range, shown);
}

// -- the dashboard

class Dashboard {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.history = new History(model);
    const { k = 1, line = 0, row = 0, column = 0 } = model.get("position");
    Object.assign(this, { k, line, row, column, playing: false, speed: 10, waiting: null, asked: new Set() });
    this.values = { ...this.history.spec.values };
    this.buildControls();
    this.buildTransport();
    this.body = element("div");
    this.banner = element("div", { class: "banner", role: "alert", hidden: true });
    this.root.append(this.controls, this.banner, this.transport, this.place, this.body, this.hint());
    this.buildBody();
    this.listen();
    this.clampPosition();
    this.draw();
  }

  get spec() {
    return this.history.spec;
  }

  buildControls() {
    this.controls = element("div", { class: "strip controls" }, ...this.spec.controls.map((control) =>
      makeControl(control, this.values[control.name], (value) => this.configure(control.name, value))));
    this.status = element("span", { class: "status", role: "status" });
    this.controls.append(this.status);
  }

  buildTransport() {
    const button = (text, label, action) =>
      element("button", { "aria-label": label, title: label, "data-action": label, onclick: () => { this.stop(); action(); } }, text);
    this.playButton = element("button", { class: "play", "data-action": "play", onclick: () => this.togglePlay() }, "▶ Play");
    this.slider = element("input", { type: "range", class: "slider", min: 1, max: 1, step: 1, "aria-label": "update k",
      oninput: () => { this.stop(); this.goTo(Number(this.slider.value)); } });
    this.speeds = element("select", { "aria-label": "updates a second", onchange: () => { this.speed = Number(this.speeds.value); } },
      ...SPEEDS.map((speed) => element("option", { value: speed, selected: speed === this.speed }, `${speed} / s`)));
    this.transport = element("div", { class: "strip transport" },
      button("◀◀ epoch", "back one epoch", () => this.goTo(this.k - this.spec.perEpoch)),
      button("◀ update", "back one update", () => this.goTo(this.k - 1)),
      button("◀ line", "back one line", () => this.moveLine(-1)),
      button("line ▶", "forward one line", () => this.moveLine(1)),
      button("update ▶", "forward one update", () => this.goTo(this.k + 1)),
      button("epoch ▶▶", "forward one epoch", () => this.goTo(this.k + this.spec.perEpoch)),
      this.playButton, this.speeds);
    this.numbers = element("div", { class: "numbers", "aria-live": "polite" });
    this.place = element("div", { class: "strip place" }, this.numbers, this.slider);
  }

  hint() {
    return element("p", { class: "hint", html:
      "Keys: <kbd>←</kbd> <kbd>→</kbd> update, <kbd>↑</kbd> <kbd>↓</kbd> line, <kbd>PgUp</kbd> <kbd>PgDn</kbd> epoch, " +
      "<kbd>Home</kbd> <kbd>End</kbd>, <kbd>space</kbd> play or stop; arrows on a map choose the weight." });
  }

  buildBody() {
    this.tables = null;
    this.panels = [];
    const { spec } = this;
    this.banner.textContent = spec.message ?? "";
    this.banner.hidden = !spec.message;
    this.transport.hidden = this.place.hidden = !spec.updates;
    if (!spec.updates) {
      this.body.replaceChildren();
      return;
    }
    this.slider.max = spec.updates;
    const ledger = new Ledger(spec);
    const heats = spec.panels.filter((panel) => panel.kind === "heat").map((panel) => new Heat(panel, this));
    const curves = spec.panels.filter((panel) => panel.kind === "curve").map((panel) => new Curve(panel, this));
    this.panels = [ledger, ...heats, ...curves];
    this.body.replaceChildren(
      ledger.node,
      element("div", { class: "panels" },
        element("div", {}, ...curves.map((panel) => panel.node)),
        element("div", { class: "heats" }, ...heats.map((panel) => panel.node))));
  }

  listen() {
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.onSpec = () => this.replaceHistory();
    this.onPosition = () => this.followPosition();
    this.onMessage = (message, buffers) => this.receive(message, buffers);
    this.model.on("change:spec", this.onSpec);
    this.model.on("change:position", this.onPosition);
    this.model.on("msg:custom", this.onMessage);
    this.retheme = () => {
      this.tables = null;
      this.draw();
    };
    this.themes = new MutationObserver(this.retheme);
    this.themes.observe(document.body, { attributes: true });
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.retheme);
    // The page's colours are known only once the dashboard stands in it.
    this.sized = new ResizeObserver(this.retheme);
    this.sized.observe(this.root);
  }

  close() {
    this.stop();
    this.model.off("change:spec", this.onSpec);
    this.model.off("change:position", this.onPosition);
    this.model.off("msg:custom", this.onMessage);
    this.themes.disconnect();
    this.scheme.removeEventListener("change", this.retheme);
    this.sized.disconnect();
  }

  // Colour table for this page's theme.
  table(colors) {
    if (!this.tables) {
      const dark = Number(isDark(this.root));
      this.tables = Object.fromEntries(Object.entries(this.spec.colors).map(([name, both]) => [name, bytes(both[dark])]));
    }
    return this.tables[colors];
  }

  // -- moving

  get lastLine() {
    return Math.max(0, this.spec.lines.length - 1);
  }

  isComputed(name) {
    const index = this.spec.lines.findIndex((line) => line.name === name);
    return index < 0 || index <= this.line;
  }

  goTo(k, line = this.lastLine) {
    this.k = clamp(Math.round(k), 1, Math.max(1, this.spec.updates));
    this.line = line;
    this.draw();
    this.tellPosition();
  }

  moveLine(direction) {
    const lines = this.lastLine + 1;
    const at = clamp((this.k - 1) * lines + this.line + direction, 0, this.spec.updates * lines - 1);
    this.goTo(Math.floor(at / lines) + 1, at % lines);
  }

  select(row, column) {
    const [rows, columns] = this.spec.fields.W;
    this.row = clamp(row, 0, rows - 1);
    this.column = clamp(column, 0, columns - 1);
    this.draw();
    this.tellPosition();
  }

  clampPosition() {
    const [rows, columns] = this.spec.fields?.W ?? [1, 1];
    this.k = clamp(this.k, 1, Math.max(1, this.spec.updates));
    this.line = clamp(this.line, 0, this.lastLine);
    this.row = clamp(this.row, 0, rows - 1);
    this.column = clamp(this.column, 0, columns - 1);
  }

  onKey(event) {
    event.stopPropagation(); // keys must not reach the notebook behind
    const { target, key } = event;
    const movesIt = target.tagName === "SELECT" || (target.type === "range" && target !== this.slider);
    const pressesIt = ["BUTTON", "INPUT"].includes(target.tagName) && (key === " " || key === "Enter");
    const pressed = pressesIt && target !== this.slider;
    if (movesIt || pressed || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      ArrowLeft: () => this.goTo(this.k - 1),
      ArrowRight: () => this.goTo(this.k + 1),
      ArrowUp: () => this.moveLine(-1),
      ArrowDown: () => this.moveLine(1),
      PageUp: () => this.goTo(this.k - this.spec.perEpoch),
      PageDown: () => this.goTo(this.k + this.spec.perEpoch),
      Home: () => this.goTo(1, 0),
      End: () => this.goTo(this.spec.updates),
    };
    if (key === " ") this.togglePlay();
    else if (actions[key]) {
      this.stop();
      actions[key]();
    } else return;
    event.preventDefault();
  }

  // -- playing

  togglePlay() {
    if (this.playing) this.stop();
    else this.play();
  }

  play() {
    if (this.k >= this.spec.updates) this.goTo(1);
    this.playing = true;
    this.playButton.textContent = "■ Stop";
    this.numbers.setAttribute("aria-live", "off");
    let last = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      const due = Math.floor(((now - last) * this.speed) / 1000);
      const next = Math.min(this.k + due, this.spec.updates);
      if (due > 0 && this.isReady(next)) {
        last = now;
        this.k = next;
        this.line = this.lastLine;
        this.draw();
        if (this.k >= this.spec.updates) return this.stop();
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.playButton.textContent = "▶ Play";
    this.numbers.setAttribute("aria-live", "polite");
    this.tellPosition();
  }

  // -- drawing

  draw() {
    if (!this.spec.updates) return;
    const { history, k, spec } = this;
    if (!this.isReady(k)) this.ask(k);
    this.slider.value = k;
    const epoch = Math.floor((k - 1) / spec.perEpoch) + 1;
    const line = spec.lines[this.line];
    this.numbers.innerHTML =
      `<span>update <b>k = <span data-shown="k">${k}</span></b> of ${spec.updates}</span><span>epoch <b data-shown="epoch">${epoch}</b></span>` +
      `<span>cost <math><mi>J</mi></math> = <b data-shown="loss" data-value="${history.loss(k)}">${format(history.loss(k))}</b></span>` +
      (line ? `<span>line <b>${this.line + 1}</b> of ${spec.lines.length}</span>` : "");
    for (const panel of this.panels) panel.draw(this);
  }

  // -- talking with the kernel

  isReady(k) {
    if (this.history.frames.has(k)) return true;
    this.ask(k);
    return false;
  }

  ask(k) {
    const first = Math.floor((k - 1) / WINDOW) * WINDOW + 1;
    if (this.asked.has(first)) return;
    this.asked.add(first);
    const last = Math.min(first + WINDOW - 1, this.spec.updates);
    this.model.send({ type: "window", first, last, sequence: this.spec.sequence });
  }

  configure(name, value) {
    this.values = { ...this.values, [name]: value };
    if (this.waiting === null) this.sendValues();
  }

  sendValues() {
    this.waiting = this.values;
    this.status.textContent = "computing …";
    this.model.send({ type: "configure", values: this.values, request: Date.now() });
  }

  receive(message, buffers) {
    if (message.type === "window") {
      if (message.sequence !== this.spec.sequence) return;
      const updates = Array.from({ length: message.last - message.first + 1 }, (_, i) => message.first + i);
      this.history.add(updates, floats(buffers[0]));
      this.draw();
      return;
    }
    if (message.type === "failed") {
      this.banner.textContent = message.message;
      this.banner.hidden = false;
      this.asked.clear();
    }
    if (message.request === undefined || this.waiting === null) return;
    const stale = this.waiting !== this.values;
    this.waiting = null;
    this.status.textContent = "";
    if (stale) this.sendValues();
  }

  replaceHistory() {
    this.stop();
    this.history = new History(this.model);
    this.asked.clear();
    this.followValues();
    this.clampPosition();
    this.buildBody();
    this.draw();
  }

  // Show values set from Python or on another page. Controls that agree stay: one may be dragged.
  followValues() {
    const { values } = this.spec;
    const agrees = Object.keys(values).every((name) => values[name] === this.values[name]);
    if (this.waiting !== null || agrees) return;
    this.values = { ...values };
    const old = this.controls;
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.control : null;
    this.buildControls();
    old.replaceWith(this.controls);
    if (focused) this.controls.querySelector(`[data-control="${focused}"]`)?.focus();
  }

  tellPosition() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const { k, line, row, column } = this;
      this.model.set("position", { k, line, row, column });
      this.model.save_changes();
    }, 150);
  }

  followPosition() {
    const { k, line, row, column } = { ...this, ...this.model.get("position") };
    if (k === this.k && line === this.line && row === this.row && column === this.column) return;
    Object.assign(this, { k, line, row, column });
    this.clampPosition();
    this.draw();
  }
}

function render({ model, el }) {
  const root = element("div", {
    class: "mlp", tabindex: 0, role: "group", "aria-label": model.get("spec").title,
    "data-lm-suppress-shortcuts": "true",
  });
  el.append(root);
  const dashboard = new Dashboard(model, root);
  return () => dashboard.close();
}

export default { render };
