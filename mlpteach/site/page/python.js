// The page's one Python: asleep, waking or awake in a worker. Who asks something wakes it.

const SOON = 400; // milliseconds until the page says that Python computes
const NO_PYTHON = "The page goes on playing; touch a control to try again.";
const ABSENT = "This needs Python, which these pages were made without.";

class Python {
  constructor({ python, worker }, tell) {
    this.pieces = python;
    this.address = worker;
    this.cells = []; // { id, source } each
    this.tell = tell;
    this.places = new Map(); // cell -> { receive, untold }
    this.worker = null;
    this.awake = false;
    this.queue = [];
    this.flying = new Map();
    this.numbers = 0;
    this.round = 0; // how many workers there have been: what one was told, the next does not know
  }

  get wakes() {
    return Boolean(this.pieces);
  }

  // Ask about a cell. What waits for Python to wake by itself is sent behind the first touch.
  send(cell, message, { wake = true } = {}) {
    if (!this.wakes) return this.refuse(cell, message, wake);
    this.queue.push({ cell, message });
    if (this.awake) this.flush();
    else if (wake) this.wake();
  }

  // An answer comes after the question has been sent.
  async refuse(cell, { request }, asks) {
    await Promise.resolve();
    if (asks) this.places.get(cell)?.receive({ type: "failed", request, message: ABSENT }, []);
  }

  wake() {
    if (this.worker) return;
    if (typeof WebAssembly !== "object") return this.fail("This browser has no WebAssembly, which Python needs here.");
    this.round += 1;
    this.worker = new Worker(this.address, { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.receive(data));
    this.worker.addEventListener("error", (event) => this.fail(`Python could not be started${event.message ? ` (${event.message})` : ""}.`));
    this.worker.postMessage({ type: "start", pieces: this.pieces, base: document.baseURI, cells: this.cells.map(({ id, source }) => ({ id, source })) });
    this.tell("Python is waking up …", { progress: 0 });
  }

  receive(data) {
    if (data.type === "progress") this.tell("Python is waking up …", { progress: data.share });
    else if (data.type === "awake") this.open();
    else if (data.type === "loading") this.tell(`Python loads ${data.what} …`, {});
    else if (data.type === "failed") this.fail(data.text);
    else this.pass(data);
  }

  open() {
    this.awake = true;
    document.documentElement.dataset.python = "awake";
    this.tell("");
    this.flush();
  }

  flush() {
    for (const { cell, message } of this.queue.splice(0)) {
      const number = this.numbers += 1;
      this.flying.set(number, { cell, message });
      this.worker.postMessage({ type: "message", number, cell, message, states: this.untold() });
    }
    this.watch();
  }

  // Where dashboards stand that this worker has not heard of.
  untold() {
    const told = {};
    for (const [cell, place] of this.places) {
      const text = place.untold?.(this.round);
      if (text) told[cell] = text;
    }
    return told;
  }

  pass({ number, cell, answers }) {
    this.flying.delete(number);
    this.watch();
    for (const [message, buffers] of answers) this.places.get(cell)?.receive(message, buffers.map((bytes) => new DataView(bytes.buffer)));
  }

  // Say that Python computes if it does so for a while.
  watch() {
    clearTimeout(this.later);
    if (!this.flying.size) this.tell("");
    else this.later = setTimeout(() => this.tell("Python is computing …", { stop: true }), SOON);
  }

  // End what runs; what was asked is answered by a sentence, and Python starts anew.
  stop() {
    this.end("Stopped. What you wrote and set is still here.");
    this.wake();
  }

  fail(reason) {
    this.end(`${reason} ${NO_PYTHON}`);
    this.tell(`${reason} ${NO_PYTHON}`, { failed: true });
  }

  end(sentence) {
    clearTimeout(this.later);
    this.worker?.terminate();
    this.worker = null;
    this.awake = false;
    document.documentElement.dataset.python = "asleep";
    const unanswered = [...this.flying.values(), ...this.queue];
    this.flying.clear();
    this.queue = [];
    for (const { cell, message } of unanswered)
      this.places.get(cell)?.receive({ type: "failed", request: message.request, message: sentence }, []);
  }
}
