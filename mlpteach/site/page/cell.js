// A cell with code on the page: what it shows, and its code, which a reader may change and run.

const ADDRESS = "address"; // asks for the state in the page's address
const STILL = "The controls stand still: they need Python, which these pages were made without.";

class Cell {
  constructor(data, lecture) {
    this.data = data;
    this.lecture = lecture;
    this.id = data.id;
    this.node = document.getElementById(data.id);
    this.source = this.node.querySelector(".source code").textContent;
    this.output = this.node.querySelector(".output");
    this.model = null;
    this.python.places.set(data.id, this);
    if (this.python.wakes) this.editor = new Editor(this.node, this.source, (source) => this.run(source));
  }

  get python() {
    return this.lecture.python;
  }

  untold(round) {
    return this.model?.untold?.(round);
  }

  // -- what the cell shows

  async load() {
    if (this.data.dashboard) await (this.loading ??= fetchDashboard(this.data.dashboard).then((state) => this.showDashboard(state), (error) => this.miss(error)));
  }

  // Fetch also what a dashboard can play without; where that fails, it plays without.
  async complete() {
    await this.load();
    const { model, data } = this;
    if (model instanceof DashboardModel) await (this.completing ??= fetchDashboard(data.rest).then((rest) => model.complete(rest), () => { this.completing = null; }));
  }

  miss(error) {
    this.loading = null;
    this.output.replaceChildren(element("p", { class: "failed" }, `This dashboard could not be fetched (${error.message}). `,
      element("button", { type: "button", onclick: () => this.complete() }, "Try again")));
  }

  showDashboard(state) {
    this.model = new DashboardModel(this.python, this.data, state);
    this.show(this.lecture.player);
    const still = this.python.wakes ? "" : element("span", { class: "still" }, STILL);
    this.output.append(element("p", { class: "below" },
      element("button", { type: "button", class: "link", onclick: () => this.lecture.link(this) }, "Link to this state"), still));
  }

  showQuestion(state, module) {
    this.model = new QuestionModel(this.python, this.id, state);
    this.show(module);
  }

  show({ render }) {
    this.close?.();
    this.output.replaceChildren();
    this.close = render({ model: this.model, el: this.output });
  }

  // -- running its code

  run(source) {
    this.output.setAttribute("aria-busy", "true");
    const pictures = this.model instanceof DashboardModel ? Object.keys(this.model.get("pictures")) : [];
    this.python.send(this.id, { type: "run", source, pictures, request: `run ${Date.now()}` });
  }

  receive(message, buffers) {
    if (message.type === "ran") this.ran(message);
    else if (message.type === "history" && this.fresh) this.showRun(message, buffers);
    else if (message.type === "question") this.showAsked(message.state);
    else if (message.type === "failed" && message.request === ADDRESS) this.lecture.say(message.message);
    else if (message.type === "failed" && this.isRun(message)) this.ran({ text: "", error: message.message });
    else this.model?.receive(message, buffers);
  }

  isRun({ request }) {
    return String(request).startsWith("run ") || !this.model;
  }

  ran({ text, error }) {
    this.output.removeAttribute("aria-busy");
    if (!error) this.source = this.editor.text; // what the next worker starts with
    this.fresh = !error;
    this.message?.remove();
    this.message = error ? element("pre", { class: "error", role: "alert" }, text + error) : element("pre", { class: "text" }, text);
    if (this.model || error) this.editor.shown.after(this.message);
    else this.output.replaceChildren(this.message);
    this.message.hidden = !this.message.textContent;
    widths.observe(this.message);
  }

  showRun({ spec, pictures, position }, [numbers, frames]) {
    this.fresh = false;
    const held = this.model instanceof DashboardModel ? this.model.get("pictures") : {};
    this.showDashboard({ spec, position, numbers, frames, pictures: { ...held, ...pictures } });
    this.model.told = this.python.round;
  }

  async showAsked(state) {
    const { default: question } = await this.lecture.question;
    this.showQuestion(state, question);
  }
}
