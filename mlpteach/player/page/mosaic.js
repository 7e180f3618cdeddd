// Where panels stand: rows within columns within rows …, cut by views/mosaic.py. Parts with a picture
// share what room there is, tables and words take what they need.

const PICTURES = new Set(["plot", "heat", "diagram"]);

function buildMosaic(piece, panels) {
  if (piece.parts) {
    const parts = piece.parts.map((part) => buildMosaic(part, panels));
    parts.forEach((part, i) => part.style.setProperty("--share", piece.shares[i]));
    return frame(piece.across ? "row" : "column", parts, parts.some((part) => part.classList.contains("grows")));
  }
  const panel = panels[piece.panel];
  return panel ? framePanel(panel) : frame("free", [], true);
}

function framePanel(panel) {
  const { kind } = panel.panel;
  return frame(`panel ${kind}-panel`, [panel.node], PICTURES.has(kind));
}

function frame(name, parts, grows) {
  return element("div", { class: grows ? `${name} grows` : name }, ...parts);
}

// Panels that have no place in a mosaic.
function unplaced(piece, panels) {
  const places = (part) => (part.parts ? part.parts.flatMap(places) : [part.panel]);
  const placed = new Set(places(piece));
  return panels.filter((_, i) => !placed.has(i));
}
