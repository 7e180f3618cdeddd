// Where panels stand: rows within columns within rows …, cut by views/mosaic.py. Parts with a picture
// share what room there is, tables and words take what they need.

const PICTURES = new Set(["plot", "heat", "diagram"]);

function buildMosaic(piece, panels) {
  if (piece.parts) {
    const parts = piece.parts.map((part) => buildMosaic(part, panels));
    parts.forEach((part, i) => part.style.setProperty("--share", piece.shares[i]));
    const grows = parts.some((part) => part.classList.contains("grows"));
    return piece.across ? frame(rowName(parts), parts, grows) : frame("column", markedLedgers(parts), grows);
  }
  const panel = panels[piece.panel];
  return panel ? framePanel(panel) : frame("free", [], true);
}

const isOf = (kind) => (part) => part.classList.contains(`${kind}-panel`);

// The style sheet has rules of their own for rows of maps and for ledgers side by side.
function rowName(parts) {
  if (parts.every(isOf("heat"))) return "row maps";
  return parts.some(isOf("ledger")) ? "row ledgers" : "row";
}

function markedLedgers(parts) {
  const below = isOf("matrices");
  parts.forEach((part, i) => part.classList.toggle("with-matrices", isOf("ledger")(part) && i + 1 < parts.length && below(parts[i + 1])));
  return parts;
}

function framePanel(panel) {
  const { kind } = panel.panel;
  return frame(`panel ${kind}-panel`, [panel.node], PICTURES.has(kind));
}

function frame(name, parts, grows) {
  return element("div", { class: grows ? `${name} grows` : name }, ...parts);
}

const WIDE = 900, SLIM = 520; // pixels
const PAPER = 680; // pixels that a sheet is wide, between margins

// Widths in em up to which a panel is laid out otherwise.
const NARROW = { "ledger-panel": { stacked: 58, tight: 26 }, "table-panel": { listed: 34 } };

// Tell the style sheet how wide a dashboard is: where it stands in no page yet, as wide as usual.
// And how much smaller it is printed, as it stands: nothing is laid out anew for paper.
function tellWidth(root) {
  const width = root.clientWidth;
  if (width) root.style.setProperty("--width", `${width}px`);
  if (width) root.style.setProperty("--on-paper", Math.min(1, PAPER / width));
  root.classList.toggle("narrow", width > 0 && width <= WIDE);
  root.classList.toggle("slim", width > 0 && width <= SLIM);
  root.classList.toggle("wide", !width || width > WIDE);
}

// Tell the style sheet how much room ledgers and tables have.
function tellWidths(root) {
  for (const [name, limits] of Object.entries(NARROW)) {
    for (const panel of root.querySelectorAll(`.${name}`)) {
      const width = panel.clientWidth / parseFloat(getComputedStyle(panel).fontSize);
      for (const [kind, most] of Object.entries(limits)) panel.classList.toggle(kind, width <= most);
    }
  }
}

// Panels that have no place in a mosaic.
function unplaced(piece, panels) {
  const places = (part) => (part.parts ? part.parts.flatMap(places) : [part.panel]);
  const placed = new Set(places(piece));
  return panels.filter((_, i) => !placed.has(i));
}
