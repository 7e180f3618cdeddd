// The current line as an equation between matrices of the whole batch.

const SMALLEST_CELL = 2, LARGEST_CELL = 13; // pixels
const SIGN = 0.9, BESIDE_PART = 0.35, LETTERS = 1.9; // em of a sign, of a gap, and of the letters above a matrix

class Matrices {
  constructor(panel, dashboard) {
    this.caption = element("figcaption");
    this.plot = element("div", { class: "equation" });
    this.node = element("figure", {}, this.caption, this.plot);
    this.replace(panel, dashboard);
  }

  replace(panel) {
    this.panel = panel;
    this.caption.innerHTML = `<span>${panel.title}</span>`;
    this.plot.setAttribute("aria-label", panel.label);
    this.shown = this.size = null;
    return true;
  }

  draw(dashboard) {
    const { history, k, line } = dashboard;
    const ready = history.isHeld(k);
    this.plot.style.visibility = ready ? "" : "hidden";
    if (!ready) return;
    const said = this.panel.lines[Math.min(line, this.panel.lines.length - 1)];
    if (said !== this.shown) this.build(said, dashboard);
    this.size ??= this.cellSize(); // asked for once (see retheme): each time it would cost a layout
    for (const part of this.parts) this.fill(part, this.size, dashboard);
  }

  build(said, dashboard) {
    this.shown = said;
    this.size = null;
    this.parts = [];
    this.plot.replaceChildren(...said.map((part) => {
      if (typeof part === "string") return element("span", { class: "sign" }, part);
      const { rows, columns } = part;
      const size = part.transposed ? { rows: columns, columns: rows } : { rows, columns };
      const matrix = matrixCanvas(size);
      const mark = element("div", { class: "mark" });
      const grid = element("div", { class: "grid", onclick: (event) => this.clicked(event, part, dashboard),
        onpointermove: (event) => this.tellDigits(event, part, dashboard) }, matrix.canvas, mark);
      this.parts.push({ part, size, matrix, mark, grid });
      return element("div", { class: "matrix" }, element("span", { html: part.text }), grid);
    }));
  }

  // As large as fits into a line: a matrix is at least as wide as its letters, which grow with the text.
  cellSize() {
    const em = parseFloat(getComputedStyle(this.plot).fontSize), room = this.plot.clientWidth;
    const signs = this.shown.length - this.parts.length, between = em * (SIGN * signs + BESIDE_PART * this.shown.length);
    const wide = (cell) => this.parts.reduce((sum, { size }) => sum + Math.max(cell * size.columns, LETTERS * em), between);
    let cell = LARGEST_CELL;
    while (cell > SMALLEST_CELL && wide(cell) > room) cell -= 0.5;
    return cell;
  }

  fill({ part, size, matrix, mark, grid }, cell, dashboard) {
    const all = this.values(part, dashboard);
    const values = part.transposed ? transposed(all, part) : all;
    matrix.fill(values, { limit: largest(values), gamma: 0.7, colors: "signed" }, dashboard.table("signed"));
    grid.style.width = `${cell * size.columns}px`;
    grid.style.height = `${cell * size.rows}px`;
    const row = this.chosen(part.row, dashboard), column = this.chosen(part.column, dashboard);
    const [down, right] = part.transposed ? [column, row] : [row, column];
    Object.assign(mark.style, span("top", "height", down, size.rows), span("left", "width", right, size.columns));
  }

  // The matrix itself, with all digits, row by row.
  values({ field, start, rows, columns }, { history, k }) {
    return history.matrix(k, field).subarray(start, start + rows * columns);
  }

  tellDigits({ currentTarget: grid, clientX, clientY }, part, dashboard) {
    const { left, top, width, height } = grid.getBoundingClientRect();
    const shares = [(clientY - top) / height, (clientX - left) / width];
    const [down, right] = part.transposed ? shares.toReversed() : shares;
    const row = clamp(Math.floor(down * part.rows), 0, part.rows - 1), column = clamp(Math.floor(right * part.columns), 0, part.columns - 1);
    grid.title = dashboard.history.isHeld(dashboard.k) ? String(this.values(part, dashboard)[row * part.columns + column]) : "";
  }

  // The matrices on the screen, a row a line: for "Copy numbers".
  copied(dashboard) {
    return (this.parts ?? []).flatMap(({ part }) => {
      const values = Array.from(this.values(part, dashboard));
      const name = wordsOf(part.text);
      return Array.from({ length: part.rows }, (_, row) => [`${name} ${row + 1}`, ...values.slice(row * part.columns, (row + 1) * part.columns)]);
    });
  }

  // Which row or column of a matrix belongs to what is chosen; -1: all of them.
  chosen(name, { spec, row, column }) {
    if (name === "instance") return column;
    return name ? spec.ways[name][row] : -1;
  }

  clicked(event, part, dashboard) {
    if (part.column !== "instance") return;
    const box = event.currentTarget.getBoundingClientRect();
    const share = part.transposed ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width;
    dashboard.select(dashboard.row, Math.floor(share * part.columns));
  }
}

function span(start, length, index, count) {
  return { [start]: `${index < 0 ? 0 : (100 * index) / count}%`, [length]: `${index < 0 ? 100 : 100 / count}%` };
}

function transposed(values, { rows, columns }) {
  return Float64Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
}
