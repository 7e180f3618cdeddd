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
    for (const [name, { at, shape: [rows, columns] }] of Object.entries(this.spec.fields)) {
      this.fields[name] = { rows, columns, start: at };
    }
    this.size = this.spec.frame;
    this.frames = new Map();
    // What has all its digits although frames are large: an entry of each field, of some steps.
    this.exact = new Map();
    this.order = Object.keys(this.fields).toSorted((a, b) => this.fields[a].start - this.fields[b].start);
    const [row, column] = this.spec.chosen ?? [];
    if (this.size) this.add(this.spec.held, model.get("frames"), row, column);
  }

  get isLarge() {
    return Boolean(this.spec.chosen);
  }

  add(steps, view, row, column) {
    const { isLarge, order, size } = this, { buffer, byteOffset, byteLength } = view;
    const entries = isLarge ? 8 * steps.length * order.length : 0;
    const exact = floats(new DataView(buffer, byteOffset, entries));
    const rest = new DataView(buffer, byteOffset + entries, byteLength - entries);
    const numbers = floats(isLarge ? unplane(rest) : rest);
    steps.forEach((k, i) => {
      this.frames.set(k, numbers.subarray(i * size, (i + 1) * size));
      if (isLarge) this.exact.set(`${k} ${row} ${column}`, exact.subarray(i * order.length, (i + 1) * order.length));
    });
  }

  // Whether an entry of a step has come with all its digits.
  isExact(k, row, column) {
    return !this.isLarge || this.exact.has(`${k} ${row} ${column}`);
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
    const { rows, columns, start } = this.fields[name];
    return this.frames.get(k).subarray(start, start + rows * columns);
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
    if (exact) return exact[this.order.indexOf(name)];
    return this.matrix(k, name)[row * this.fields[name].columns + column];
  }
}
