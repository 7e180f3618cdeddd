// The lines of a rule with the numbers of one chosen weight put in.

const FADED = 2.4; // em at the lower end that fade out where more lines follow, as the style sheet says
const REST = 8; // pixels of a last line that may be missing: the room below its letters
const MOST_ROOMY_LINES = 7; // lines beside a second ledger; more are written smaller

// A weight or a bias of a network, whose row of the position says which.
function parameterName(ways, row) {
  const layer = ways.layer[row];
  const unit = ways[`unit${layer + 1}`][row] + 1, seen = ways[`input${layer}`][row] + 1;
  const isBias = ways[`input${layer}`][row] > Math.max(...ways[`unit${layer}`]);
  const [what, letter, below] = isBias ? ["Bias", "b", unit] : ["Weight", "W", `${unit},${seen}`];
  return `${what} <math><msubsup><mi>${letter}</mi><mn>${below}</mn><mrow><mo>(</mo><mn>${layer}</mn><mo>)</mo></mrow></msubsup></math>`;
}

// Whether more lines stand below those seen.
function tellCut(box) {
  box.classList.toggle("cut", box.scrollTop + box.clientHeight < box.scrollHeight - REST);
}

// A line's row, and where its numbers are written.
function makeLine({ name }, i) {
  const formula = element("td"), numbers = element("td", { class: "numbers" }), result = element("span");
  const node = element("tr", { "data-line": name, "data-index": i },
    formula, numbers, element("td", { class: "result" }, element("b", {}, "= ", result)));
  return { node, formula, numbers, result };
}

const namesOf = ({ prefix, lines }) => JSON.stringify([prefix, ...lines.map(({ name }) => name)]);

class Ledger {
  constructor(panel, dashboard) {
    this.named = namesOf(panel);
    this.caption = element("caption", { class: "weight" });
    this.made = panel.lines.map(makeLine);
    this.rows = this.made.map(({ node }) => node);
    this.node = element("table", { class: "ledger", hidden: !panel.lines.length, "data-prefix": panel.prefix }, this.caption, ...this.rows);
    this.node.classList.toggle("long", panel.lines.length > MOST_ROOMY_LINES);
    this.replace(panel, dashboard);
  }

  // Of the same lines with other hyper-parameters only what differs is written.
  replace(panel) {
    if (namesOf(panel) !== this.named) return false;
    this.panel = panel;
    panel.lines.forEach(({ formula, numbers }, i) => {
      const line = this.made[i];
      writeHtml(line.formula, formula);
      if (line.html === numbers) return;
      line.html = line.numbers.innerHTML = numbers;
      line.slots = [...line.numbers.querySelectorAll("[data-key]")];
      this.size = this.kept = null;
    });
    for (const node of this.rows) node.classList.toggle("differs", node.dataset.line === panel.differs);
    return true;
  }

  // Let the map of a line stand in its row; false where this ledger has no such line.
  adopt(heat) {
    const row = this.rows.find((node) => this.panel.prefix + node.dataset.line === heat.field);
    row?.append(element("td", { class: "mapped" }, heat.node));
    return Boolean(row);
  }

  draw(dashboard) {
    const { history, k, line, row, column } = dashboard;
    const { prefix, layer, title, places } = this.panel;
    const { ways } = history.spec;
    const ready = history.isHeld(k) && history.isExact(k, row, column);
    const weight = ways.layer
      ? `${parameterName(ways, row)}, instance ${column + 1} of the batch`
      : layer
      ? `${title ? "" : "Weight "}<math><msubsup><mi>W</mi><mrow><mn>${row + 1}</mn><mo>,</mo><mn>${column + 1}</mn></mrow>` +
        `<mrow><mo>(</mo><mn>${layer}</mn><mo>)</mo></mrow></msubsup></math>: ` +
        `unit ${row + 1}, input ${column + 1} <span class="range">${title ? "" : "(click a map to choose another)"}</span>`
      : `Coordinate <math><msub><mi>W</mi><mn>${column + 1}</mn></msub></math>`;
    writeHtml(this.caption, title ? `<b>${title}</b> · ${weight}` : weight);
    const number = (key) => {
      if (key === "k") return k;
      if (key in places) return history.placed(k, places[key], row, column);
      if (prefix + key in history.fields) return history.entry(k, prefix + key, row, column);
      if (key === "J") return history.at(history.has("loss") ? "loss" : `${prefix}loss`, k);
      return history.at(`${prefix}${key}`, k);
    };
    // Beside a longer ledger this one waits at its last line.
    const current = Math.min(line, this.rows.length - 1);
    this.made.forEach(({ node, numbers, slots, result }, i) => {
      node.classList.toggle("current", i === current);
      node.classList.toggle("pending", i > current || !ready);
      if (i === current) node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
      if (!ready) { // no other step's numbers under this step's k
        result.textContent = "…";
        result.removeAttribute("title");
        delete result.dataset.value;
        return;
      }
      const values = slots.map((slot) => number(slot.dataset.key));
      slots.forEach((slot, j) => {
        const text = slot.dataset.key === "k" ? String(values[j]) : format(values[j]);
        slot.textContent = values[j] < 0 ? `(${text})` : text;
      });
      numbers.title = values.join(", "); // mathematics tells nothing on hover
      const value = number(node.dataset.line === "W" ? "W_after" : node.dataset.line);
      result.textContent = format(value);
      result.dataset.value = result.title = value;
    });
    // Asking for places costs a layout: only where the line is another one, or the room (see retheme).
    if (this.size === current) return;
    this.size = current;
    this.keepHeights(current);
    this.keepInSight(this.rows[current]);
  }

  // A row that longer numbers once made higher keeps its room while the line is told: else what stands
  // below would be laid out anew whenever they grow and shrink.
  keepHeights(line) {
    if (line !== this.kept) this.forgetHeights();
    this.kept = line;
    const high = this.rows.map((row) => row.getBoundingClientRect().height);
    this.rows.forEach((row, i) => { if (high[i] > (parseFloat(row.style.minHeight) || 0)) row.style.minHeight = `${high[i]}px`; });
  }

  forgetHeights() {
    for (const row of this.rows) row.style.minHeight = "";
  }

  // Where the lines have not all room, the one that is told stays in it.
  keepInSight(node) {
    const box = this.node.parentElement;
    if (!box || !node) return;
    if (box !== this.box) box.addEventListener("scroll", () => tellCut(box));
    this.box = box;
    tellCut(box);
    const scrolls = box.scrollHeight > box.clientHeight;
    letKeysScroll(box, "lines of the formula", scrolls);
    if (!scrolls) return;
    const room = box.getBoundingClientRect(), row = node.getBoundingClientRect();
    const top = room.top + this.caption.offsetHeight; // the caption stays above the lines
    const bottom = room.bottom - (node === this.rows.at(-1) ? 0 : FADED * parseFloat(getComputedStyle(box).fontSize));
    if (row.top < top) box.scrollTop -= top - row.top;
    else if (row.bottom > bottom) box.scrollTop += row.bottom - bottom;
  }
}
