// A lecture's page: its dashboards and questions, and what is said about its Python.

class Lecture {
  constructor({ cells, questions, ...pieces }, player, loadQuestion) {
    this.bar = document.querySelector(".tell");
    this.python = new Python(pieces, (text, shown) => this.say(text, shown));
    this.player = player;
    this.loadQuestion = loadQuestion;
    this.cells = new Map(cells.map((data) => [data.id, new Cell(data, this)]));
    this.python.cells = [...this.cells.values()];
    this.questions = questions;
  }

  say(text, { progress, stop, failed } = {}) {
    this.bar.replaceChildren(text, ...[
      progress !== undefined && element("progress", { max: 1, value: progress, "aria-label": "loaded" }),
      stop && element("button", { type: "button", onclick: () => this.python.stop() }, "Stop"),
    ].filter(Boolean));
    this.bar.classList.toggle("failed", Boolean(failed));
  }

  // First what is looked at, then the questions, then all else: one after the other.
  async open() {
    watchWidths(document);
    addEventListener("beforeprint", () => this.loadAll());
    addEventListener("keydown", (event) => this.printWhole(event));
    addEventListener("hashchange", () => this.followAddress());
    const first = this.addressed ?? this.inSight;
    await first?.load();
    await painted();
    this.followAddress();
    this.watchSight();
    await this.showQuestions();
    await first?.complete();
    await this.loadAll();
  }

  get dashboards() {
    return [...this.cells.values()].filter(({ data }) => data.dashboard);
  }

  get inSight() {
    return this.dashboards.find(({ node }) => node.getBoundingClientRect().bottom > 0) ?? this.dashboards.at(-1);
  }

  watchSight() {
    const nearby = new IntersectionObserver((seen) => {
      for (const { isIntersecting, target } of seen) if (isIntersecting) this.cells.get(target.id).complete();
    }, { rootMargin: "400px" });
    for (const { node } of this.dashboards) nearby.observe(node);
  }

  async loadAll() {
    await inTurn(this.dashboards, (cell) => cell.load());
    await inTurn(this.dashboards, (cell) => cell.complete());
    this.isWhole = true;
  }

  // A browser doesn't wait for what is loaded when it prints: what is asked by keys waits here.
  async printWhole(event) {
    if (this.isWhole || event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.say("It is printed when all dashboards are here …");
    await this.loadAll();
    this.say("");
    print();
  }

  // The module that shows questions, fetched when it is due.
  get question() {
    return (this.loadingQuestion ??= this.loadQuestion());
  }

  async showQuestions() {
    try {
      const [found, { default: question }] = await Promise.all([this.fetchQuestions(), this.question]);
      for (const [id, state] of Object.entries(found)) this.cells.get(id).showQuestion(state, question);
    } catch (error) {
      this.say(`The questions could not be loaded (${error.message}). Load the page again.`);
    }
  }

  async fetchQuestions() {
    return (await fetchPacked(this.questions)).json();
  }

  // -- an address may lead to a state: #cell-03:race?k=40&…

  get address() {
    const [, id, text] = readAddress().match(/^#([^:]+):(.+)$/) ?? [];
    return { cell: this.cells.get(id), text };
  }

  get addressed() {
    return this.address.cell;
  }

  async followAddress() {
    const { cell, text } = this.address;
    if (!cell) return;
    await cell.load();
    cell.node.scrollIntoView();
    cell.model?.send({ type: "restore", text, request: ADDRESS });
  }

  // Put a dashboard's state into the page's address, to be copied from there.
  link({ data, model }) {
    history.replaceState(null, "", `#${data.id}:${model.state}`);
    this.say("The page's address leads to this state now.");
    navigator.clipboard?.writeText(location.href).then(() => this.say("The page's address, now copied, leads to this state."), () => {});
  }
}

// The address's part behind "#", also where somebody has cut it in the middle of a sign.
function readAddress() {
  try {
    return decodeURIComponent(location.hash);
  } catch {
    return location.hash;
  }
}

const inTurn = (cells, does) => cells.reduce((before, cell) => before.then(() => does(cell)), Promise.resolve());

const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

export function openLecture(data, player, loadQuestion) {
  return new Lecture(data, player, loadQuestion).open();
}
