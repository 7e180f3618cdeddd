// Why nothing of a plot's layers is to be seen at a step: one sentence, "" where something is.

// What stands still, or has its numbers in frames that may still be on their way.
const STILL = new Set(["raster", "path", "note", "bars", "points"]);

function whyEmpty(layers, k, limits) {
  const moving = layers.filter(({ kind }) => !STILL.has(kind));
  if (!moving.length || moving.some((layer) => isSeen(layer, k))) return "";
  const sides = new Set(moving.flatMap((layer) => sidesOf(layer, k)));
  if (!sides.size) {
    return limits.some(([, , isLog]) => isLog)
      ? "Nothing to draw: no finite value above 0, as this logarithmic axis needs."
      : "Nothing to draw: no finite value here.";
  }
  return `Nothing to see here: all values lie ${[...sides].join(" or ")} these axes.`;
}

// Places of a layer at a step: fractions, x and y in turn. A line shows all its steps.
function placesOf({ kind, points, x, y, future }, k) {
  if (kind === "profile") return Array.from(x).flatMap((place, i) => [place, y[(k - 1) * x.length + i]]);
  if (kind === "arrow") return points.subarray(4 * (k - 1), 4 * k);
  return kind === "line" && !future ? points.subarray(0, 2 * k) : points;
}

const isInside01 = (share) => share >= -0.005 && share <= 1.005;

// What is once seen of a line whose steps are all drawn is seen at every step.
function isSeen(layer, k) {
  if (layer.seen) return true;
  const places = placesOf(layer, k);
  const { kind, future } = layer;
  for (let i = 0; i < places.length; i += 2) {
    if (!isInside01(places[i]) || !isInside01(places[i + 1])) continue;
    layer.seen = kind === "band" || (kind === "line" && future);
    return true;
  }
  return crosses(places);
}

// Whether a piece between two places may cross the axes although neither lies inside.
function crosses(places) {
  for (let i = 2; i < places.length; i += 2) {
    const piece = [places[i - 2], places[i - 1], places[i], places[i + 1]];
    if (piece.some(Number.isNaN)) continue;
    const [x0, y0, x1, y1] = piece;
    const isBeside = Math.max(x0, x1) < 0 || Math.min(x0, x1) > 1 || Math.max(y0, y1) < 0 || Math.min(y0, y1) > 1;
    if (!isBeside) return true;
  }
  return false;
}

// On which sides of the axes the places lie, in words.
function sidesOf(layer, k) {
  const places = placesOf(layer, k), sides = [];
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i], places[i + 1]];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    if (y < 0) sides.push("above");
    else if (y > 1) sides.push("below");
    else if (x < 0) sides.push("to the left of");
    else if (x > 1) sides.push("to the right of");
  }
  return sides;
}
