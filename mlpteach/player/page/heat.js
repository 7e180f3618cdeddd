// A matrix as a map of colours; entries can be chosen by click and by arrow keys.

class Heat {
  constructor(panel, dashboard) {
    const { rows, columns } = dashboard.history.fields[panel.field];
    Object.assign(this, { rows, columns, field: panel.field, selectable: panel.selectable, instances: panel.instances });
    this.matrix = matrixCanvas({ rows, columns }, {
      role: "img", "data-field": panel.field, tabindex: panel.selectable || panel.instances ? 0 : false,
    });
    this.canvas = this.matrix.canvas;
    this.cell = element("div", { class: "cell", hidden: !panel.selectable && !panel.instances });
    this.wait = element("div", { class: "wait", hidden: true });
    this.title = element("span");
    this.bar = element("i", { class: "bar", "aria-hidden": "true" });
    this.ends = element("span");
    this.range = element("span", { class: "range" }, this.bar, this.ends);
    this.node = element("figure", {},
      element("figcaption", {}, this.title, this.range),
      element("div", { class: "map" }, this.canvas, this.cell, this.wait));
    if (panel.selectable || panel.instances) this.listen(dashboard);
    this.replace(panel, dashboard);
  }

  replace(panel, dashboard) {
    const { rows, columns } = dashboard.history.fields[panel.field] ?? {};
    const same = rows === this.rows && columns === this.columns && panel.field === this.field;
    if (!same || panel.selectable !== this.selectable || panel.instances !== this.instances) return false;
    this.panel = panel;
    this.title.innerHTML = panel.title;
    this.dark = null; // the bar has no colours yet
    this.ends.textContent = panel.colors === "signed" ? `±${short(panel.limit)}` : `≤ ${short(panel.limit)}`;
    this.canvas.setAttribute("aria-label", panel.label);
    return true;
  }

  listen(dashboard) {
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect();
      dashboard.select(
        this.selectable ? Math.floor(((event.clientY - box.top) / box.height) * this.rows) : dashboard.row,
        Math.floor(((event.clientX - box.left) / box.width) * this.columns));
    });
    this.canvas.addEventListener("keydown", (event) => {
      const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!move || isForNotebook(event)) return;
      dashboard.select(dashboard.row + (this.selectable ? move[0] : 0), dashboard.column + move[1]);
      event.preventDefault();
      event.stopPropagation();
    });
  }

  // The bar beside the range: from the smallest value to the largest.
  paintBar(dashboard) {
    this.dark = dashboard.isDark;
    const table = dashboard.table(this.panel.colors);
    const stops = [0, 51, 102, 153, 204, 255].map((at) => `rgb(${table.slice(3 * at, 3 * at + 3).join(" ")})`);
    this.bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  }

  draw(dashboard) {
    if (this.dark !== dashboard.isDark) this.paintBar(dashboard);
    const { history, k, line } = dashboard;
    const computed = this.panel.line <= line;
    const ready = history.isHeld(k);
    this.wait.hidden = computed && ready;
    if (this.wait.hidden) this.matrix.fill(history.matrix(k, this.field), this.panel, dashboard.table(this.panel.colors));
    else this.wait.textContent = computed ? `step ${k} …` : "not computed yet";
    if (!this.selectable && !this.instances) return;
    const cell = this.cell.style;
    cell.left = `${(100 * dashboard.column) / this.columns}%`;
    cell.width = `${100 / this.columns}%`;
    cell.top = this.selectable ? `${(100 * dashboard.row) / this.rows}%` : 0;
    cell.height = this.selectable ? `${100 / this.rows}%` : "100%";
  }
}
