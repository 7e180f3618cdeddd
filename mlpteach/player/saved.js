// A dashboard in a page of its own: a model that holds what was saved, and answers in Python's place.

const textOf = (id) => document.getElementById(id).textContent;

async function unpack(packed) {
  const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class SavedModel {
  constructor(state, steps) {
    this.state = state;
    this.opened = { ...state };
    this.steps = steps;
    this.listeners = { "change:spec": new Set(), "change:position": new Set(), "msg:custom": new Set() };
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
  }

  save_changes() {}

  on(event, does) {
    this.listeners[event]?.add(does);
  }

  off(event, does) {
    this.listeners[event]?.delete(does);
  }

  tell(event, ...told) {
    for (const does of this.listeners[event]) does(...told);
  }

  // Only guided steps have an answer.
  async send({ type, number, text, request }) {
    if (type !== "step") return;
    await Promise.resolve(); // an answer comes after the question has been sent
    const step = number ? this.steps[number - 1] : { spec: { guided: null }, position: readState(text).position };
    if (step) await this.show(step);
    const message = "This page was saved without what this step shows: it needs Python, in a notebook.";
    this.tell("msg:custom", { type: step ? "configured" : "failed", request, message }, []);
  }

  async show({ spec, position, numbers, frames }) {
    const { opened, state } = this;
    const sequence = state.spec.sequence + 1;
    Object.assign(state, opened, { position: { ...opened.position, ...position } });
    if (numbers) {
      const unpacked = await Promise.all([unpack(numbers), unpack(frames)]);
      Object.assign(state, { numbers: new DataView(unpacked[0].buffer), frames: unplane(unpacked[1]) });
    }
    state.spec = { ...opened.spec, ...spec, sequence };
    this.tell("change:spec");
    this.tell("change:position");
  }
}

const state = JSON.parse(textOf("state"));
state.numbers = new DataView((await unpack(textOf("numbers"))).buffer);
state.frames = unplane(await unpack(textOf("frames")));
render({ model: new SavedModel(state, JSON.parse(textOf("steps"))), el: document.getElementById("dashboard") });
