// Numbers within their limits, and how they are written for people.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

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

// Counts stay whole in tables.
function formatCell(value) {
  if (Number.isNaN(value)) return "–";
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? String(value).replace("-", "−") : format(value);
}

function short(value) {
  const size = Math.abs(value);
  return size && (size < 1e-3 || size >= 1e4)
    ? value.toExponential(1).replace("e-", "e−").replace("e+", "e")
    : String(Number(value.toPrecision(4)));
}
