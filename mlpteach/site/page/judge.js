// Verdicts looked up on the page (verdicts.py writes them); null where only Python can judge.

function judge(verdicts, answer) {
  if (verdicts.answers) return verdicts.answers[answer] ?? null;
  if (verdicts.early) return judgeOrder(verdicts, answer.split(", "));
  if (verdicts.ranges) return judgeNumber(verdicts, answer);
  return verdicts.solution;
}

function judgeOrder({ early, otherwise }, order) {
  for (const line of order) {
    const found = early.find(([late, needed]) => late === line && order.indexOf(needed) > order.indexOf(line));
    if (found) return found[2];
  }
  return otherwise;
}

function judgeNumber({ ranges, otherwise }, answer) {
  const given = readNumber(answer);
  if (given === null) {
    const html = "This could not be read: without Python this page reads numbers such as 0.001, 1e-3, 1/1000 and 0,001.";
    return { right: null, understood: false, fraction: 0, html };
  }
  const fits = ([low, high]) => (low ?? -Infinity) <= given && given <= (high ?? Infinity);
  return ranges.find(fits)?.[2] ?? otherwise;
}

// A plain number or a quotient of two.
function readNumber(text) {
  const parts = text.trim().replaceAll("−", "-").split("/").map((part) => part.trim().replace(",", "."));
  if (parts.length > 2 || !parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part))) return null;
  const [above, below = 1] = parts.map(Number);
  return Number.isFinite(above / below) ? above / below : null;
}
