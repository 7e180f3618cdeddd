// A dashboard on the page: it plays from its files, and asks Python for what it has not.

const NOT_HELD = "This step needs Python: the page does not hold what it shows.";

class DashboardModel extends Model {
  constructor(python, { id, steps = [] }, state) {
    super(state);
    this.python = python;
    this.cell = id;
    this.steps = steps; // files of the guided steps, where no Python can be woken
    this.opened = { ...state };
    this.told = 0; // the round of the worker that knows where it stands
    this.moved = false;
  }

  get state() {
    return stateText(this.get("spec"), this.get("spec").values, this.get("position"));
  }

  get isLive() {
    return !this.get("spec").saved;
  }

  // Take what the first file has left out: pictures, and frames while it shows what it opened with.
  complete({ held, pictures, frames }) {
    const isHere = this.values.spec === this.opened.spec;
    this.opened = { ...this.opened, frames, pictures, spec: { ...this.opened.spec, held } };
    this.values.pictures = { ...this.get("pictures"), ...pictures };
    if (isHere) Object.assign(this.values, { frames, spec: this.opened.spec });
    this.emit("change:held");
  }

  send(message) {
    if (message.type === "restore" && this.isHere(message.text)) return this.goTo(readState(message.text).position);
    if (message.type === "step" && !this.python.wakes) return this.takeStep(message);
    this.python.send(this.cell, { ...message, pictures: Object.keys(this.get("pictures")) });
  }

  // Whether only the place differs from what is on the screen.
  isHere(text) {
    const { spec } = this.values;
    const here = readState(stateText(spec, spec.values, {})), there = readState(text);
    return !this.isLive && there.name === here.name && Object.entries(there.values).every(([key, value]) => here.values[key] === value);
  }

  goTo(position) {
    this.set("position", { ...this.get("position"), ...position });
    this.emit("change:position");
    this.save_changes();
  }

  // -- guided steps without Python: each has a file

  async takeStep({ number, text, request }) {
    try {
      this.showStep(number ? await fetchDashboard(this.steps[number - 1]) : { spec: { guided: null }, position: readState(text).position });
      this.emit("msg:custom", { type: "configured", request }, []);
    } catch {
      this.emit("msg:custom", { type: "failed", request, message: NOT_HELD }, []);
    }
  }

  // What a step's file does not hold is as the dashboard opened.
  showStep({ spec, position, pictures, numbers, frames }) {
    const sequence = this.get("spec").sequence + 1;
    const other = spec.values ? { numbers, frames, pictures: { ...this.opened.pictures, ...pictures } } : {};
    Object.assign(this.values, this.opened, other, { spec: { ...this.opened.spec, ...spec, sequence } });
    this.set("position", { ...this.opened.position, ...position });
    this.emit("change:spec");
    this.emit("change:position");
  }

  // Once Python holds this dashboard it follows; before, moving must not make it.
  save_changes() {
    this.moved = true;
    if (this.isLive && this.python.awake && this.told === this.python.round) this.python.send(this.cell, { type: "position", position: this.get("position") });
    else this.told = 0;
  }

  // Where it stands, if the worker of this round does not know.
  untold(round) {
    if (this.told === round || !(this.moved || this.isLive)) return "";
    this.told = round;
    return this.state;
  }

  receive(message, buffers) {
    if (message.type === "history") this.take(message, buffers);
    else this.emit("msg:custom", message, buffers);
  }

  take({ spec, pictures, position }, [numbers, frames]) {
    this.told = this.python.round;
    const restored = JSON.stringify(spec.values) !== JSON.stringify(this.get("spec").values) || !this.isLive;
    Object.assign(this.values, { spec, numbers, frames, pictures: { ...this.get("pictures"), ...pictures } });
    this.emit("change:spec");
    if (!restored) return;
    this.set("position", position);
    this.emit("change:position");
  }
}
