// Numbers of the step shown, one row a run, and words that stand still.

// A head that is a formula alone gets its letters as a name, for those who do not read MathML.
function nameFormula(head) {
  const formula = head.querySelector("math");
  if (formula?.textContent === head.textContent) formula.setAttribute("aria-label", head.textContent);
  return head;
}
const MOST_ROOMY_ROWS = 9; // rows; more are written smaller

class Table {
  constructor(panel, dashboard) {
    this.caption = element("figcaption");
    this.table = element("table");
    this.node = element("figure", { class: "table" }, this.caption, this.table);
    this.replace(panel, dashboard);
  }

  replace(panel, dashboard) {
    this.panel = panel;
    this.caption.replaceChildren(element("span", { html: panel.title }));
    this.caption.hidden = !panel.title;
    this.node.classList.toggle("long", panel.rows.length > MOST_ROOMY_ROWS);
    this.table.setAttribute("aria-label", panel.label);
    this.cells = [];
    // A corner or a column without a title is no header, also not to a screen reader.
    const title = (column) => (column ? nameFormula(element("th", { scope: "col", html: column })) : element("td"));
    const head = element("tr", {}, element("td"), ...panel.columns.map(title));
    this.rows = panel.rows.map((row) => {
      const label = element("th", { scope: "row", class: row.style ? "" : "plain" }, element("span", { html: row.label }));
      const cells = row.cells.map((cell, i) => this.makeCell(cell, panel.columns[i], dashboard));
      const note = element("td", { class: "note" });
      return { style: row.style, label, notes: row.notes, note, node: element("tr", {}, label, ...cells, note) };
    });
    this.dark = null; // no swatch stands yet
    this.table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...this.rows.map((row) => row.node)));
    return true;
  }

  // Where there is no room for columns, each cell shows the head of its own.
  makeCell({ series, html }, column, { history }) {
    const head = element("span", { class: "head", html: column });
    const shown = element("span", { html: history.has(series) ? "" : html });
    if (!history.has(series)) return element("td", {}, head, shown);
    const node = element("td", { class: "number", "data-series": series }, head, shown);
    this.cells.push([node, shown, series]);
    return node;
  }

  // Swatches in the colours of the page's theme.
  paint(dashboard) {
    this.dark = dashboard.isDark;
    for (const { style, label } of this.rows) {
      label.querySelector(".swatch")?.remove();
      if (style) label.prepend(swatch(style, dashboard));
    }
  }

  draw(dashboard) {
    const { history, k } = dashboard;
    if (this.dark !== dashboard.isDark) this.paint(dashboard);
    for (const [node, shown, name] of this.cells) {
      const value = history.at(name, k);
      shown.textContent = formatCell(value);
      node.dataset.value = node.title = value;
    }
    for (const { notes, note } of this.rows) {
      const due = notes.findLast(([since]) => since <= k);
      writeHtml(note, due ? due[1] : "");
    }
  }
}

class Words {
  constructor(panel, dashboard) {
    this.node = element("figure", { class: "words" });
    this.replace(panel, dashboard);
  }

  replace(panel, dashboard) {
    const { jump } = panel;
    const button = jump && element("button", { "data-action": "jump", onclick: () => dashboard.jump(jump) }, jump.label);
    this.panel = panel;
    this.node.replaceChildren(
      element("figcaption", { hidden: !panel.title && !jump }, element("span", { html: panel.title }), ...(jump ? [button] : [])),
      ...panel.lines.map((line, i) => element("p", { class: panel.marked.includes(i) ? "marked" : "", html: line })));
    return true;
  }

  draw() {}
}
