// Numbers within their limits, and how they are written for people.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

const DIGITS = 3; // all others are there on hover, and copied
const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function format(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const plain = value.toPrecision(DIGITS); // with an exponent from 1000 on
  if (Math.abs(value) >= 1e-3 && !plain.includes("e")) return plain.replace("-", "−");
  return withPower(value.toExponential(DIGITS - 1)).replace("-", "−");
}

// 1.6e-5 as people write it.
function withPower(text) {
  const [mantissa, exponent] = text.split("e");
  return `${mantissa}·10${[...String(Number(exponent))].map((c) => SUPERSCRIPT[c]).join("")}`;
}

// Counts stay whole in tables.
function formatCell(value) {
  if (Number.isNaN(value)) return "–";
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? String(value).replace("-", "−") : format(value);
}

const isShort = (size) => size === 0 || (size >= 1e-3 && size < 1e4);

function short(value) {
  return isShort(Math.abs(value))
    ? String(Number(value.toPrecision(DIGITS)))
    : withPower(value.toExponential(1));
}

// As a reader would type it, with all its digits.
function typed(value) {
  return isShort(Math.abs(value)) ? String(value) : value.toExponential().replace("e+", "e");
}

// The number that was typed; NaN for what is none.
function readNumber(text) {
  const plain = text.trim().replace("−", "-").replace(/^(-?\d*),(\d+)$/, "$1.$2");
  return plain === "" ? NaN : Number(plain);
}
