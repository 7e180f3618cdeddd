// Matrices as colours: the strength of a value is its place in a table of 256 colours.

function paint(image, values, { limit, gamma, colors }, table) {
  const pixels = image.data;
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
}

// The value that each place in such a table stands for.
function valuesOfLevels({ limit, gamma, colors }) {
  return Float64Array.from({ length: 256 }, (_, level) => {
    const shade = level / 255, strength = colors === "signed" ? 2 * shade - 1 : shade;
    return limit * Math.sign(strength) * Math.abs(strength) ** (1 / gamma);
  });
}

// A canvas with one pixel an entry.
function matrixCanvas({ rows, columns }, attributes = {}) {
  const canvas = element("canvas", { ...attributes, width: columns, height: rows });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const fill = (values, panel, table) => {
    paint(image, values, panel, table);
    context.putImageData(image, 0, 0);
  };
  return { canvas, fill };
}

// Empty a canvas and give it its size: to give it the one it has would cost it all its memory anew.
function clearCanvas(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").clearRect(0, 0, width, height);
}

// The page's colour as a number: a canvas that stands in no page takes Canvas, which a dark page may
// name, for white.
function pageColor(node) {
  const probe = element("i", { style: "color: var(--page); display: none" });
  node.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
