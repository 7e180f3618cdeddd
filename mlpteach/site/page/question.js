// A question on the page: what can be looked up is judged at once, all else by Python.

// What was answered with numbers of one's own, so that it is shown with them while Python sleeps.
function keptWithNumbers({ keep, bound }) {
  try {
    const kept = JSON.parse(localStorage.getItem(keep.name));
    return kept?.shown && !bound && kept.times !== keep.times ? kept : null;
  } catch {
    return null; // storage is forbidden
  }
}

class QuestionModel extends Model {
  constructor(python, cell, { verdicts = null, ...state }) {
    super(python.wakes ? state : { ...state, shown: { ...state.shown, again: false } });
    this.python = python;
    this.cell = cell;
    this.verdicts = verdicts;
    const kept = python.wakes ? keptWithNumbers(state.shown) : null;
    if (kept) this.takeBack(kept);
  }

  // Python hears of it when something else wakes it.
  takeBack({ shown, answer, times, digest }) {
    this.set("shown", shown);
    this.python.send(this.cell, { type: "recall", answer, times, digest }, { wake: false });
  }

  send(message) {
    const verdict = message.type === "answer" ? this.lookUp(message.answer) : null;
    if (verdict) this.judged(message, verdict);
    else this.python.send(this.cell, { digest: this.get("shown").keep.digest, ...message }, { wake: message.type !== "recall" }); // what is kept wakes nobody
  }

  // Clicked answers need no Python; typed ones only get what is nearly as good where there is none.
  lookUp(answer) {
    const { verdicts } = this;
    const { bound, keep } = this.get("shown");
    if (!verdicts || keep.digest !== verdicts.digest) return null;
    if (this.python.wakes && (bound || !(verdicts.answers || verdicts.early))) return null;
    return judge(verdicts, answer);
  }

  judged({ answer, request }, verdict) {
    this.take({ answer, verdict });
    this.emit("msg:custom", { type: "done", request });
  }

  take(state) {
    Object.assign(this.values, state);
    for (const name of Object.keys(state)) this.emit(`change:${name}`);
  }

  save_changes() {} // drafts stay on the page

  receive(message) {
    if (message.type === "state") this.take(message.state);
    else if (message.type === "failed") this.failed(message);
    else this.emit("msg:custom", message);
  }

  failed({ request, message }) {
    this.take({ note: message });
    this.emit("msg:custom", { type: "done", request });
  }
}
