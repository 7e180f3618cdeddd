// One row of controls over a wide dashboard. What Python marks so, what is one too many and what finds
// no room in the row stands behind "⋯".

const MOST_IN_ROW = 5;

class ControlRow {
  constructor(row, more, last) {
    Object.assign(this, { row, more, last, width: 0 });
  }

  resize(made, width) {
    if (width === this.width) return;
    this.width = width;
    this.share(made);
  }

  // Put controls where they belong, in their order. Asks for places only where something has changed.
  share(made) {
    const due = [this.width, ...made.map(([, node]) => node.hidden)].join();
    if (due === this.shared) return;
    this.shared = due;
    const inSight = made.filter(([control, node]) => !control.more && !node.hidden).slice(0, MOST_IN_ROW).map(([, node]) => node);
    this.fill(made, inSight);
    while (this.width > WIDE && inSight.length > 1 && isWrapped([...inSight, ...this.last.slice(0, -1)])) {
      inSight.pop();
      this.fill(made, inSight);
    }
  }

  // Where the focus is stays.
  fill(made, inSight) {
    const { activeElement } = this.row.getRootNode();
    const nodes = made.map(([, node]) => node);
    refill(this.row, [...nodes.filter((node) => inSight.includes(node)), ...this.last]);
    refill(this.more, nodes.filter((node) => !inSight.includes(node)));
    if (nodes.some((node) => node.contains(activeElement))) activeElement.focus();
  }
}

const isWrapped = (nodes) => nodes.at(-1).offsetTop >= nodes[0].offsetTop + nodes[0].offsetHeight;

function refill(parent, nodes) {
  const isSame = parent.children.length === nodes.length && nodes.every((node, i) => node === parent.children[i]);
  if (!isSame) parent.replaceChildren(...nodes);
}
