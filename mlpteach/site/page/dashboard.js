// A dashboard on the page: it plays from its file, and asks Python for what it has not.

class DashboardModel extends Model {
  constructor(python, cell, state) {
    super(state);
    this.python = python;
    this.cell = cell;
    this.told = 0; // the round of the worker that knows where it stands
    this.moved = false;
  }

  get state() {
    return stateText(this.get("spec"), this.get("spec").values, this.get("position"));
  }

  get isLive() {
    return !this.get("spec").saved;
  }

  send(message) {
    if (message.type === "restore" && this.isHere(message.text)) return this.goTo(readState(message.text).position);
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
