// What travelled, as spec.py says: an entry a step of every series, frames of matrices for some steps.

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const floats = (view) => new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

// The i-th of levels in eight bits each, three in a number.
const bitsAt = (numbers, i) => (numbers[Math.floor(i / 3)] >> (8 * (i % 3))) & 255;

// Of an axis, in 16 bits.
const fractionOf = (part) => (part === 65535 ? NaN : (3 * part) / 65534 - 1);

class History {
  constructor(model) {
    this.spec = model.get("spec");
    this.numbers = floats(model.get("numbers"));
    this.fields = {};
    for (const [name, { at, shape: [rows, columns], ...travels }] of Object.entries(this.spec.fields)) {
      this.fields[name] = { name, rows, columns, start: at, ...travels };
    }
    this.order = Object.values(this.fields).toSorted((a, b) => a.start - b.start);
    this.size = this.spec.frame;
    this.frames = new Map(); // step -> where its frame is: all numbers, or one of a run
    this.exact = new Map(); // what has all its digits although a run has not: an entry of each field, of some steps
    this.shown = {}; // of one step the numbers of fields that have been asked for
    if (this.size) this.hold(this.spec.held, model.get("frames"));
  }

  // Take the frames that came with the history.
  hold(steps, { buffer, byteOffset, byteLength }) {
    const { size, spec } = this;
    if (spec.chosen) return this.add(steps, new Uint8Array(buffer, byteOffset, byteLength), ...spec.chosen);
    const numbers = floats({ buffer, byteOffset, byteLength });
    steps.forEach((k, i) => this.frames.set(k, { numbers: numbers.subarray(i * size, (i + 1) * size) }));
  }

  // Take a run, with all digits of one entry.
  add(steps, bytes, row, column) {
    const run = readRun(bytes, steps.length, this.order);
    steps.forEach((k, i) => {
      if (!this.frames.get(k)?.numbers) this.frames.set(k, { run, i });
    });
    this.addEntries(steps, run.exact, row, column);
    this.shown = {};
  }

  addEntries(steps, exact, row, column) {
    const count = this.order.length;
    steps.forEach((k, i) => this.exact.set(`${k} ${row} ${column}`, exact.subarray(i * count, (i + 1) * count)));
  }

  // Whether an entry of a step is here with all the digits that are written.
  isExact(k, row, column) {
    if (!this.size) return true;
    const { numbers } = this.frames.get(k) ?? {};
    return Boolean(numbers) || this.exact.has(`${k} ${row} ${column}`) || (this.isHeld(k) && !this.isWritten);
  }

  // Whether an entry is written that a run may not have.
  get isWritten() {
    const { lines, select } = this.spec;
    return this.written ??= lines > 0 && select !== "" && this.order.some(({ kind }) => !["numbers", "packed"].includes(kind));
  }

  // All numbers of an array, given where it lies.
  array({ at, shape, bits, twice }) {
    const length = shape.reduce((product, count) => product * count, 1);
    if (bits === 32) return new Float32Array(this.numbers.buffer, 8 * at, length);
    if (bits !== 16) return this.numbers.subarray(at, at + length);
    const each = twice ? 2 : 1;
    const parts = new Uint16Array(this.numbers.buffer, 8 * at, length / each);
    return Float32Array.from({ length }, (_, i) => fractionOf(parts[Math.floor(i / each)]));
  }

  has(name) {
    return name in this.spec.series;
  }

  // Value of a series at step k.
  at(name, k) {
    return this.numbers[this.spec.series[name].at + k - 1];
  }

  isHeld(k) {
    return !this.size || this.frames.has(k);
  }

  matrix(k, name) {
    const field = this.fields[name], { numbers, run, i } = this.frames.get(k);
    if (numbers) return numbers.subarray(field.start, field.start + field.rows * field.columns);
    if (this.shown.k !== k) this.shown = { k, fields: {} };
    return (this.shown.fields[name] ??= numbersOf(run, i, field));
  }

  // One row of a matrix.
  row(k, name, index) {
    const { columns } = this.fields[name];
    return this.matrix(k, name).subarray(index * columns, (index + 1) * columns);
  }

  // What a way through a network leads to, for the instance of the column.
  placed(k, { matrix, base, times, each }, row, column) {
    const { ways } = this.spec;
    const at = Object.entries(times).reduce((sum, [name, count]) => sum + count * ways[name][row], base);
    return each ? this.entry(k, matrix, at, column) : this.matrix(k, matrix)[at];
  }

  entry(k, name, row, column) {
    const exact = this.exact.get(`${k} ${row} ${column}`);
    if (exact) return exact[this.order.indexOf(this.fields[name])];
    return this.matrix(k, name)[row * this.fields[name].columns + column];
  }
}
