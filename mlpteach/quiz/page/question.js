// The page's half of a question (session.py is Python's, which judges and explains).
// What the model brings may come with its keys in any order (a saved notebook sorts them): names are
// read, never listed.

// Each question on a page runs this file anew, so numbers that count up would be those of the others,
// and radio buttons of one name turn each other off.
const unique = () => `mlp-${Math.random().toString(36).slice(2)}`;

// What only a screen reader says: it must stand on the page before its words change.
const unseen = () => element("span", { class: "unseen", role: "status" });

// Ways to answer. Each has a node and an optional line of its own for "Check", and can be read and set.

class Choices {
  constructor(shown, answered) {
    this.several = shown.type === "multiple";
    this.immediate = !this.several;
    const name = unique();
    this.inputs = shown.choices.map(({ key }) =>
      element("input", { type: this.several ? "checkbox" : "radio", name, value: key }));
    const short = shown.type === "true_false" || shown.type === "quantity";
    this.node = element("div", { class: short ? "choices short" : "choices" },
      ...shown.choices.map(({ key, html }, i) => element("label", { class: "choice" }, this.inputs[i],
        ...(shown.type === "true_false" ? [] : [element("b", {}, `(${key})`)]), element("span", { html }))));
    this.first = this.inputs[0];
    this.node.addEventListener("change", () => answered(this.read()));
    if (!this.several) this.node.addEventListener("keydown", (event) => this.walk(event));
  }

  // Arrow keys walk and do not choose: who walks past an answer has not given it.
  walk(event) {
    if (isForNotebook(event)) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const here = this.inputs.indexOf(document.activeElement ?? event.target);
    const from = here >= 0 ? here : this.inputs.indexOf(event.target);
    if (event.key === "Enter" && from >= 0) this.inputs[from].click();
    if (!step || from < 0) return;
    const there = (from + step + this.inputs.length) % this.inputs.length;
    for (const input of this.inputs) input.tabIndex = -1;
    this.inputs[there].tabIndex = 0;
    this.inputs[there].focus();
    event.preventDefault();
  }

  read() {
    const chosen = this.inputs.filter((input) => input.checked).map((input) => input.value);
    return chosen.join(", ");
  }

  set(answer) {
    const chosen = answer.split(/[\s,]+/);
    for (const input of this.inputs) input.checked = chosen.includes(input.value);
  }
}

class Field {
  constructor(shown, answered, drafted) {
    this.input = element("input", {
      type: "text", class: `field ${shown.field}`, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      "aria-label": { number: "your number", formula: "your formula", words: "your answer" }[shown.field],
      oninput: () => drafted(this.input.value),
      onkeydown: (event) => { if (event.key === "Enter" && !isForNotebook(event)) answered(this.input.value); },
    });
    this.first = this.beside = this.input;
    this.node = element("span");
  }

  read() {
    return this.input.value;
  }

  set(answer) {
    if (this.input.value !== answer) this.input.value = answer;
  }
}

class Lines {
  constructor(shown, _answered, drafted) {
    this.drafted = drafted;
    this.texts = new Map(shown.lines.map(({ key, html }) => [key, html]));
    this.order = [...this.texts.keys()];
    this.name = unique();
    this.node = element("ol", { class: "lines", role: "list" }); // a list without marks is none to some readers
    this.said = unseen();
    this.beside = this.said;
    this.draw();
  }

  get first() {
    return this.node.firstChild;
  }

  draw() {
    this.node.replaceChildren(...this.order.map((key, i) => {
      const move = (by) => () => this.move(key, i + by);
      const words = `${this.name}-${key}`;
      const line = element("li", {
        class: "line", draggable: "true", tabindex: 0, "data-key": key,
        "aria-labelledby": words, "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown",
        onkeydown: (event) => {
          const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (!by || event.target !== line || isForNotebook(event)) return;
          event.preventDefault();
          if (event.altKey || event.shiftKey) this.move(key, i + by);
          else this.node.children[i + by]?.focus();
        },
        ondragstart: (event) => event.dataTransfer.setData("text/plain", key),
        ondragover: (event) => { event.preventDefault(); line.classList.add("over"); },
        ondragleave: () => line.classList.remove("over"),
        ondrop: (event) => { event.preventDefault(); this.move(event.dataTransfer.getData("text/plain"), i); },
      },
      element("span", { class: "words", id: words, html: this.texts.get(key) }),
      element("button", { "aria-label": `move line ${i + 1} up`, "aria-describedby": words, disabled: i === 0, onclick: move(-1) }, "↑"),
      element("button", { "aria-label": `move line ${i + 1} down`, "aria-describedby": words, disabled: i === this.order.length - 1, onclick: move(1) }, "↓"));
      return line;
    }));
  }

  move(key, to) {
    const from = this.order.indexOf(key);
    if (from < 0 || to < 0 || to >= this.order.length) return;
    const button = document.activeElement?.getAttribute?.("aria-label")?.split(" ").at(-1);
    this.order.splice(from, 1);
    this.order.splice(to, 0, key);
    this.draw();
    const line = this.node.children[to];
    const again = line.querySelector(`button[aria-label$="${button === "down" ? "down" : "up"}"]`);
    (button && !again.disabled ? again : line).focus();
    this.said.textContent = `now line ${to + 1} of ${this.order.length}`; // the line itself is said by its focus
    this.drafted(this.read());
  }

  read() {
    return this.order.join(", ");
  }

  set(answer) {
    const order = answer.split(/[\s,]+/).filter((key) => this.texts.has(key));
    if (order.length !== this.order.length || answer === this.read()) return;
    this.order = order;
    this.draw();
  }
}

// A node's words, its formulas by their names.
function named(node) {
  const copy = node.cloneNode(true);
  for (const formula of copy.querySelectorAll("math")) formula.replaceWith(formula.getAttribute("aria-label"));
  return copy.textContent;
}

// A browser may forbid storage; then the page forgets.
function stored(name) {
  try {
    return name ? JSON.parse(localStorage.getItem(name)) : null;
  } catch {
    return null;
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // full or forbidden
  }
}

class Question {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.requests = 0;
    this.name = unique();
    this.legend = element("legend");
    this.hint = element("p", { class: "hint", id: unique() });
    this.body = element("div");
    this.strip = element("div", { class: "strip" });
    this.said = unseen();
    this.verdict = element("div", { class: "verdict" }, element("strong"), element("span"));
    this.revealed = element("div", { class: "revealed" });
    this.note = element("p", { class: "note" });
    const live = (node, role) => element("div", { role, "aria-atomic": "true" }, node);
    root.append(
      element("fieldset", { "aria-describedby": this.hint.id }, this.legend, this.hint, this.body, this.strip), this.said,
      live(this.verdict, "status"), live(this.revealed, "status"), live(this.note, "alert"));
    this.build();
    this.recall();
  }

  get shown() {
    return this.model.get("shown");
  }

  build() {
    const { shown } = this;
    this.kept = null;
    this.root.classList.toggle("lecturer", Boolean(shown.lecturer));
    this.legend.innerHTML = shown.text;
    this.hint.textContent = shown.hint;
    this.hint.hidden = !shown.hint;
    const Way = shown.choices ? Choices : shown.lines ? Lines : Field;
    this.way = new Way(shown, (answer) => (this.way.immediate || shown.field) ? this.answer(answer) : this.draft(answer), (draft) => this.draft(draft));
    this.body.replaceChildren(...this.picture(shown.picture), this.way.node);
    this.strip.replaceChildren(...[
      this.way.beside,
      !this.way.immediate && element("button", { class: "check", onclick: () => this.answer(this.way.read()) }, "Check"),
      shown.again && element("button", { class: "again", onclick: () => this.send({ type: "again" }) }, shown.bound ? "Numbers from the dashboard" : shown.choices ? "Another one" : "New numbers"),
      shown.lecturer && element("button", { class: "reveal", onclick: () => this.send({ type: "reveal" }) }, "Reveal"),
    ].filter(Boolean));
    this.way.set(this.model.get("draft") || this.model.get("answer"));
    this.draw();
  }

  // New numbers came: the button that asked for them is gone, and with it the focus.
  rebuild() {
    const focused = this.root.contains(document.activeElement);
    this.build();
    if (!focused) return;
    this.way.first.focus();
    this.said.textContent = `New: ${named(this.legend)}`;
  }

  picture(picture) {
    if (!picture) return [];
    return [element("figure", {},
      element("img", { src: picture.source, alt: picture.label, width: picture.columns * 12, height: picture.rows * 12, style: "height:auto" }),
      element("figcaption", {}, `blue is negative, red positive, grey 0; ${picture.range}`))];
  }

  // -- asking Python

  send(message) {
    this.save();
    const request = `${this.name}-${this.requests += 1}`;
    this.waiting = request;
    clearTimeout(this.alarm);
    this.alarm = setTimeout(() => this.unanswered(), this.model.patience ?? PATIENCE);
    try {
      this.model.send({ ...message, request });
    } catch {
      this.unanswered();
    }
  }

  unanswered() {
    clearTimeout(this.alarm);
    this.say("none", "No answer.", `${SILENT} What you wrote still stands here.`);
  }

  received(message) {
    if (message.type !== "done" || message.request !== this.waiting) return;
    clearTimeout(this.alarm);
    this.waiting = null;
    this.draw();
  }

  answer(answer) {
    this.draft(answer);
    if (!answer.trim()) return this.say("none", "There is no answer yet.", "");
    this.remember(answer, null);
    this.send({ type: "answer", answer });
  }

  draft(draft) {
    this.model.set("draft", draft);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.save(), 400);
  }

  save() {
    clearTimeout(this.later);
    this.later = null;
    try {
      this.model.save_changes();
    } catch {
      // nobody is there to keep it; the page still has it
    }
  }

  // Where the folder is shared (Voila) the reader's own browser keeps the answers.
  remember(answer, verdict) {
    const { name, times, digest } = this.shown.keep;
    if (name && answer) store(name, { answer, verdict, times, digest, ...(times && { shown: this.shown }) }); // asked with numbers of one's own
  }

  judged() {
    const { right, understood, fraction, html } = this.model.get("verdict");
    this.remember(this.model.get("answer"), understood === undefined ? null : { right, understood, fraction, html });
    this.draw();
  }

  // An answer to this very question is shown as it was judged, so that Python may still be asleep.
  recall() {
    const { name, times, digest } = this.shown.keep;
    const kept = stored(name);
    if (!kept || this.model.get("answer")) return;
    if (kept.verdict && kept.times === times && kept.digest === digest) {
      this.kept = kept;
      this.way.set(kept.answer);
      this.draw();
    } else {
      this.send({ type: "recall", answer: kept.answer, times: kept.times, digest: kept.digest });
    }
  }

  leave() {
    clearTimeout(this.alarm);
    if (this.later) this.save();
  }

  // -- what is said

  say(right, title, html) {
    this.verdict.hidden = false;
    this.verdict.dataset.right = right;
    this.verdict.querySelector("strong").textContent = title;
    this.verdict.querySelector("span").innerHTML = html;
  }

  draw() {
    const told = this.model.get("verdict");
    const verdict = "understood" in told ? told : this.kept?.verdict ?? told;
    this.verdict.hidden = !("understood" in verdict);
    if (!verdict.understood && "understood" in verdict) this.say("none", "Not judged.", verdict.html);
    else if (verdict.right) this.say("true", "Right.", verdict.html);
    else if ("right" in verdict) this.say("false", verdict.fraction > 0 ? "Partly." : "Not so.", verdict.html);
    const { solution, why } = this.model.get("revealed");
    this.revealed.hidden = !solution;
    this.revealed.innerHTML = solution ? `<span class="head">Answer</span>${solution.map((line) => `<strong>${line}</strong>`).join("")}${why}` : "";
    const note = this.model.get("note");
    this.note.textContent = note;
    this.note.hidden = !note;
  }
}

function render({ model, el }) {
  const root = element("div", { class: "mlp-question" });
  const question = new Question(model, root);
  const handlers = {
    "change:shown": () => question.rebuild(),
    "change:answer": () => {
      question.way.set(model.get("answer") || model.get("draft"));
      question.judged();
    },
    "change:verdict": () => question.judged(),
    "change:revealed": () => question.draw(),
    "change:note": () => question.draw(),
    "msg:custom": (message) => question.received(message),
  };
  for (const [event, handler] of Object.entries(handlers)) model.on(event, handler);
  const forgetKeys = keepKeys(root);
  el.append(root);
  return () => {
    for (const [event, handler] of Object.entries(handlers)) model.off(event, handler);
    forgetKeys();
    question.leave();
  };
}

export default { render };
