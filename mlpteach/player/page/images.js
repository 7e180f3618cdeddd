// Small images side by side: the instances of a batch, what units look at, wrong answers.

// Of an image's side: what lies between two of them, and below where words stand there.
const GAP = 1 / 8, SAID = 0.45;
const CROWDED = 16, TOO_MANY = 40; // side by side: no words below them on a narrow page; on any

class Images {
  constructor(panel, dashboard) {
    this.title = element("span");
    this.caption = element("figcaption", {}, this.title);
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.mark = element("div", { class: "mark" });
    this.words = element("div", { class: "said", "aria-hidden": "true" });
    this.grid = element("div", { class: "grid", role: "img", onclick: (event) => this.clicked(event, dashboard),
      onkeydown: (event) => this.pressed(event, dashboard) }, this.canvas, this.words, this.mark);
    this.node = element("figure", { class: "images" }, this.caption, element("div", { class: "room" }, this.grid));
    this.context = this.canvas.getContext("2d");
    this.replace(panel, dashboard);
  }

  replace(panel, dashboard) {
    const { rows: count } = dashboard.history.fields[panel.field];
    const shown = panel.alone ? 1 : count;
    const columns = Math.min(panel.columns || shown, shown);
    const rows = Math.ceil(shown / columns);
    const gap = Math.ceil(GAP * panel.side), said = panel.said && !panel.alone && columns <= TOO_MANY ? Math.ceil(SAID * panel.side) : 0;
    Object.assign(this, { panel, count, columns, rows, across: panel.side + gap, down: panel.side + gap + said });
    this.canvas.dataset.field = panel.field;
    writeHtml(this.title, panel.title);
    this.caption.hidden = !panel.title;
    const width = columns * this.across, height = rows * this.down;
    Object.assign(this.canvas, { width, height });
    this.image = this.context.createImageData(width, height);
    this.grid.style.setProperty("--shape", width / height);
    this.grid.style.setProperty("--columns", columns);
    this.grid.style.setProperty("--rows", rows);
    if (panel.chosen && !panel.alone) this.grid.tabIndex = 0;
    else this.grid.removeAttribute("tabindex");
    this.words.replaceChildren(...Array.from({ length: said ? shown : 0 }, () => element("span")));
    this.node.classList.toggle("alone", panel.alone);
    this.node.classList.toggle("crowded", columns > CROWDED);
    return true;
  }

  draw(dashboard) {
    const { history, k } = dashboard;
    const { panel } = this;
    const ready = history.isHeld(k);
    this.grid.style.visibility = ready ? "" : "hidden";
    if (!ready) return;
    this.image.data.fill(0);
    this.shown = panel.alone ? [this.chosen(dashboard)] : Array.from({ length: this.count }, (_, i) => i);
    const colors = panel.colors === "ink" ? { ink: (this.look ??= inkOf(this.node)) } : { signed: dashboard.table("signed") };
    this.shown.forEach((i, place) => this.paint(i, place, colors, dashboard));
    this.context.putImageData(this.image, 0, 0);
    this.say(dashboard);
    this.grid.setAttribute("aria-label", this.description(dashboard));
  }

  chosen({ row, column }) {
    if (!this.panel.chosen) return -1;
    return Math.min(this.panel.chosen === "row" ? row : column, this.count - 1);
  }

  paint(i, place, { ink, signed }, dashboard) {
    const { panel, columns } = this;
    const numbers = dashboard.history.row(dashboard.k, panel.field, i);
    if (Number.isNaN(numbers[0])) return;
    const pixels = this.image.data, width = this.image.width;
    const left = (place % columns) * this.across, top = Math.floor(place / columns) * this.down;
    for (let pixel = 0; pixel < panel.side ** 2; pixel++) {
      const bits = bitsAt(numbers, pixel);
      const at = 4 * ((top + Math.floor(pixel / panel.side)) * width + left + (pixel % panel.side));
      for (let part = 0; part < 3; part++) pixels[at + part] = ink ? ink[part] : signed[3 * bits + part];
      pixels[at + 3] = ink ? Math.max(0, 2 * (bits - 127.5)) : 255;
    }
  }

  // What stands below the images, and the frame around the one that is chosen.
  say(dashboard) {
    const { panel, words, mark, columns, rows } = this;
    if (panel.alone && panel.said) writeHtml(this.title, `${panel.title}: ${this.saidOf(this.shown[0], dashboard)}`);
    [...words.children].forEach((node, place) => { node.textContent = this.saidOf(this.shown[place], dashboard); });
    const chosen = panel.alone ? -1 : this.chosen(dashboard);
    mark.hidden = chosen < 0;
    if (chosen < 0) return;
    Object.assign(mark.style, { left: `${(100 * (chosen % columns)) / columns}%`, top: `${(100 * Math.floor(chosen / columns)) / rows}%`,
      width: `${100 / columns}%`, height: `${100 / rows}%` });
  }

  // The right label, and the one given where there are two.
  saidOf(i, { history, k }) {
    if (!this.panel.said) return "";
    const { rows } = history.fields[this.panel.said];
    const numbers = Array.from({ length: rows }, (_, row) => history.entry(k, this.panel.said, row, i));
    return numbers.filter((number) => !Number.isNaN(number)).join("→");
  }

  description(dashboard) {
    const { panel } = this;
    const captions = panel.said ? this.shown.map((i) => this.saidOf(i, dashboard)).filter(Boolean) : [];
    const chosen = this.chosen(dashboard);
    const which = chosen < 0 ? "" : `; chosen: ${chosen + 1} of ${this.count}`;
    return panel.label + (captions.length ? `: ${captions.join(", ")}` : "") + which;
  }

  choose(i, dashboard) {
    const { panel, count } = this;
    if (!panel.chosen || panel.alone || i < 0 || i >= count) return;
    if (panel.chosen === "row") dashboard.select(i, dashboard.column);
    else dashboard.select(dashboard.row, i);
  }

  clicked(event, dashboard) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    this.choose(row * this.columns + column, dashboard);
  }

  pressed(event, dashboard) {
    const move = { ArrowUp: -this.columns, ArrowDown: this.columns, ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move || !this.panel.chosen || this.panel.alone || isForNotebook(event)) return;
    this.choose(this.chosen(dashboard) + move, dashboard);
    event.preventDefault();
    event.stopPropagation();
  }
}

// Red, green and blue of the page's text, in which strokes are drawn.
function inkOf(node) {
  return (getComputedStyle(node).color.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
}
