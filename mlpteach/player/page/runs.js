// A run of frames, as runs.py writes it: of each field what the page shows of it, in byte planes.

const DIFFERS = 1, GAPS = 2; // flags of a field
const PLANES_OF = { levels: 1, packed: 3, drawn: 3, rounded: 5, numbers: 8, entry: 0 };

async function inflate(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Bytes of a run of so many frames with these fields, in their order.
function readRun(bytes, count, fields) {
  const head = 8 * Math.ceil(fields.length / 8), entries = count * fields.length;
  const exact = new Float64Array(bytes.slice(head, head + 8 * entries).buffer);
  const planes = {};
  let start = head + 8 * entries;
  fields.forEach(({ name, rows, columns, kind }, i) => {
    const size = rows * columns, all = Number((bytes[i] & GAPS) > 0) + PLANES_OF[kind];
    planes[name] = Array.from({ length: all }, () => {
      const plane = bytes.subarray(start, start + count * size);
      if (bytes[i] & DIFFERS) for (let at = size; at < plane.length; at++) plane[at] += plane[at - size];
      start += plane.length;
      return plane;
    });
  });
  return { exact, planes };
}

// The numbers of a field in one frame of a run.
function numbersOf({ planes }, i, field) {
  const { name, rows, columns, kind } = field, size = rows * columns;
  const own = planes[name].map((plane) => plane.subarray(i * size, (i + 1) * size));
  const there = own.length > PLANES_OF[kind] ? own.shift() : null;
  const numbers = FROM_PLANES[kind](own, size, field);
  if (there) there.forEach((isThere, at) => { if (!isThere) numbers[at] = NaN; });
  return numbers;
}

function upperBytes(planes, size) {
  const bytes = new Uint8Array(8 * size);
  planes.forEach((plane, i) => {
    const from = 8 - planes.length + i;
    for (let at = 0; at < size; at++) bytes[8 * at + from] = plane[at];
  });
  return new Float64Array(bytes.buffer);
}

// Loops rather than Float64Array.from(…, …), which takes ten times as long: at each step all maps are read.
function valuesAt([levels], size, field) {
  const values = (field.values ??= valuesOfLevels(field)), numbers = new Float64Array(size);
  for (let at = 0; at < size; at++) numbers[at] = values[levels[at]];
  return numbers;
}

function valuesOfPacked([low, middle, high], size) {
  const numbers = new Float64Array(size);
  for (let at = 0; at < size; at++) numbers[at] = low[at] + 256 * middle[at] + 65536 * high[at];
  return numbers;
}

const FROM_PLANES = {
  levels: valuesAt,
  packed: valuesOfPacked,
  drawn: upperBytes,
  rounded: upperBytes,
  numbers: upperBytes,
  entry: (none, size) => new Float64Array(size).fill(NaN),
};
