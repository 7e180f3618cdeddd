// Guided steps: a chip each, which sets the whole state; its sentence, or its question until it is guessed.

class Guide {
  constructor(dashboard, header) {
    this.dashboard = dashboard;
    this.header = header;
    this.guess = null; // place of the choice; -1: shown without a guess
    this.taken = new Set();
    this.own = ""; // state that the reader left for a step
    this.back = element("button", { class: "chip", "data-action": "own state", hidden: true, title: "back to your own state",
      "aria-label": "back to your own state", onclick: () => this.leave() }, "↩");
    header.sentence.setAttribute("aria-live", "polite");
    header.sentence.tabIndex = -1;
  }

  get step() {
    return this.dashboard.spec.guided;
  }

  // Whether a question waits for its guess: until then all results are hidden.
  get asks() {
    const { step } = this;
    return Boolean(step?.question) && !step.changed && this.guess === null;
  }

  // Follow a history that has just come.
  replace({ guide, guided, sequence }) {
    const shown = JSON.stringify(guide);
    if (shown !== this.shown) this.buildChips(guide);
    this.shown = shown;
    if (guided && !guided.changed && sequence !== this.sequence) {
      this.guess = null;
      this.taken.add(guided.step);
    }
    this.sequence = sequence;
    this.show();
  }

  buildChips(guide) {
    this.chips = guide.map((name, i) => {
      const label = `step ${i + 1}: ${name.replace(/[$*]/g, "")}`;
      return element("button", { class: "chip", "data-step": i + 1, "aria-label": label, title: label, onclick: () => this.take(i + 1) }, String(i + 1));
    });
    this.header.chips.setAttribute("role", "group");
    this.header.chips.setAttribute("aria-label", "steps to try");
    this.header.chips.replaceChildren(...this.chips, ...(guide.length ? [this.back] : []));
  }

  take(number) {
    const { dashboard, step } = this;
    if (!step || step.changed) this.own = stateText(dashboard.spec, dashboard.values, dashboard.position);
    if (dashboard.waiting) dashboard.values = dashboard.waiting; // what was typed since is in the state left
    dashboard.changed = {};
    dashboard.stop();
    dashboard.savePosition(); // first, so that the place left does not overtake the step's
    this.say("computing …");
    this.request = dashboard.send({ type: "step", number });
    if (this.request === null) this.say("");
  }

  leave() {
    const { dashboard, own } = this;
    this.own = "";
    if (dashboard.spec.saved === true) dashboard.send({ type: "step", number: 0, text: own });
    else dashboard.restore(own);
    this.chips[0].focus();
  }

  say(text) {
    this.dashboard.status.textContent = text;
  }

  receive({ request }) {
    if (request === this.request) this.say("");
  }

  choose(place) {
    this.guess = place;
    this.show();
    this.dashboard.draw();
    this.header.sentence.focus();
  }

  show() {
    const { step, asks, dashboard, header } = this;
    this.chips.forEach((chip, i) => {
      const isThis = step?.step === i + 1;
      chip.setAttribute("aria-pressed", String(isThis && !step.changed));
      chip.classList.toggle("taken", this.taken.has(i + 1));
    });
    this.back.hidden = !this.own;
    header.sentence.classList.toggle("changed", Boolean(step?.changed));
    header.sentence.replaceChildren(...this.words());
    this.fit();
    dashboard.root.classList.toggle("asking", asks);
    for (const node of [dashboard.body, dashboard.transport.node, dashboard.more.node]) node.inert = asks;
    for (const controls of [dashboard.controls, dashboard.more.controls]) controls.disabled = asks || dashboard.spec.saved === true;
    dashboard.say(asks ? "" : dashboard.spec.message);
  }

  // A text of more than two lines gets the smallest letters.
  fit() {
    const { sentence } = this.header;
    sentence.classList.remove("long");
    sentence.classList.toggle("long", sentence.scrollHeight > sentence.clientHeight + 3);
  }

  // What stands in the header's place for a sentence.
  words() {
    const { step, asks } = this;
    if (!step) return [this.chips.length ? element("span", { class: "invitation" }, "Steps to try: choose a number.") : ""];
    if (asks) return this.question();
    const html = step.question ? step.reveal : step.sentence;
    const lead = step.changed ? `Changed since step ${step.step}. ` : this.verdict();
    return [...(lead ? [element("strong", { class: this.guess === step.answer ? "right" : "" }, lead)] : []), element("span", { html })];
  }

  verdict() {
    const { step, guess } = this;
    if (!step.question || guess < 0) return "";
    if (guess === step.answer) return "Right. ";
    return `Not so: ${wordsOf(step.choices[step.answer]).replace(/\.$/, "")}. `;
  }

  question() {
    const { step } = this;
    const choice = (html, place) => element("button", { class: "choice", "data-choice": place, html, onclick: () => this.choose(place) });
    return [element("span", { html: step.question }), " ",
      element("span", { class: "choices", role: "group", "aria-label": "your guess" },
        ...step.choices.map(choice), element("button", { class: "choice shows", "data-choice": -1, onclick: () => this.choose(-1) }, "show"))];
  }

  // Take the numbers of the step shown off the page, for the eye and for screen readers.
  hide() {
    const { body, transport, more } = this.dashboard;
    for (const root of [body, transport.numbers, more.panels]) {
      for (const node of root.querySelectorAll("[data-value], [data-key]")) {
        (node.querySelector(":scope > span:not(.head)") ?? node).textContent = "?";
        for (const told of ["data-value", "title"]) node.removeAttribute(told);
      }
      for (const node of root.querySelectorAll("td.numbers")) node.removeAttribute("title");
    }
  }
}

// The words of HTML.
function wordsOf(html) {
  return element("span", { html }).textContent;
}
