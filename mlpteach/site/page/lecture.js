// A lecture's page: its dashboards, questions and cells, and what is said about its Python.

import player from "./player.js";
import question from "./question.js";

const lecture = JSON.parse(document.getElementById("lecture").textContent);
const bar = document.querySelector(".tell");
const python = new Python(lecture, say);

function say(text, { progress, stop, failed } = {}) {
  bar.replaceChildren(text, ...[
    progress !== undefined && element("progress", { max: 1, value: progress, "aria-label": "loaded" }),
    stop && element("button", { type: "button", onclick: () => python.stop() }, "Stop"),
  ].filter(Boolean));
  bar.classList.toggle("failed", Boolean(failed));
}

class Cell {
  constructor(data) {
    this.data = data;
    this.node = document.getElementById(data.id);
    this.output = this.node.querySelector(".output");
    this.model = null;
    python.places.set(data.id, this);
    if (python.wakes) this.editor = new Editor(this.node, data.source, (source) => this.run(source));
    if (data.question) this.showQuestion(data.question);
  }

  untold(round) {
    return this.model?.untold?.(round);
  }

  // -- what the cell shows

  async load() {
    if (!this.data.dashboard || this.loading) return this.loading;
    this.loading = fetchDashboard(this.data.dashboard).then((state) => this.showDashboard(state)).catch((error) => {
      this.loading = null;
      this.output.replaceChildren(element("p", { class: "failed" }, `This dashboard could not be fetched (${error.message}). `,
        element("button", { type: "button", onclick: () => this.load() }, "Try again")));
    });
    return this.loading;
  }

  showDashboard(state) {
    this.model = new DashboardModel(python, this.data.id, state);
    this.show(player);
    this.output.append(element("button", { type: "button", class: "link", onclick: () => this.link() }, "Link to this state"));
    this.node.dispatchEvent(new Event("shown"));
  }

  showQuestion(state) {
    this.model = new QuestionModel(python, this.data.id, state);
    this.show(question);
  }

  show({ render }) {
    this.close?.();
    this.output.replaceChildren();
    this.close = render({ model: this.model, el: this.output });
  }

  // Put the dashboard's state into the page's address, to be copied from there.
  link() {
    history.replaceState(null, "", `#${this.data.id}:${this.model.state}`);
    say("The page's address leads to this state now.");
    navigator.clipboard?.writeText(location.href).then(() => say("The page's address, now copied, leads to this state."), () => {});
  }

  // -- running its code

  run(source) {
    this.output.setAttribute("aria-busy", "true");
    const pictures = this.model instanceof DashboardModel ? Object.keys(this.model.get("pictures")) : [];
    python.send(this.data.id, { type: "run", source, pictures, request: `run ${Date.now()}` });
  }

  receive(message, buffers) {
    if (message.type === "ran") this.ran(message);
    else if (message.type === "history" && this.fresh) this.showRun(message, buffers);
    else if (message.type === "question") this.showQuestion(message.state);
    else if (message.type === "failed" && this.isRun(message)) this.ran({ text: "", error: message.message });
    else this.model?.receive(message, buffers);
  }

  isRun({ request }) {
    return String(request).startsWith("run ") || !this.model;
  }

  ran({ text, error }) {
    this.output.removeAttribute("aria-busy");
    if (!error) this.data.source = this.editor.text; // what the next worker starts with
    this.fresh = !error;
    this.message?.remove();
    this.message = error ? element("pre", { class: "error", role: "alert" }, text + error) : element("pre", { class: "text" }, text);
    if (this.model || error) this.editor.shown.after(this.message);
    else this.output.replaceChildren(this.message);
    this.message.hidden = !this.message.textContent;
  }

  showRun({ spec, pictures, position }, [numbers, frames]) {
    this.fresh = false;
    const held = this.model instanceof DashboardModel ? this.model.get("pictures") : {};
    this.showDashboard({ spec, position, numbers, frames, pictures: { ...held, ...pictures } });
    this.model.told = python.round;
  }
}

const cells = new Map(lecture.cells.map((data) => [data.id, new Cell(data)]));

// -- dashboards come when they are near the screen, the others when there is time

const nearby = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) if (isIntersecting) cells.get(target.id).load();
}, { rootMargin: "400px" });
for (const { node } of cells.values()) nearby.observe(node);

// One after the other, so that what is looked at does not wait for the rest.
const loadAll = () => [...cells.values()].reduce((before, cell) => before.then(() => cell.load()), Promise.resolve());

addEventListener("load", () => setTimeout(loadAll, 1500));
addEventListener("beforeprint", loadAll);

// -- an address may lead to a state: #cell-03:race?k=40&…

async function followAddress() {
  const [, id, text] = decodeURIComponent(location.hash).match(/^#([^:]+):(.+)$/) ?? [];
  const cell = cells.get(id);
  if (!cell) return;
  await cell.load();
  cell.node.scrollIntoView();
  cell.model.send({ type: "restore", text, request: "address" });
}

addEventListener("hashchange", followAddress);
followAddress();
