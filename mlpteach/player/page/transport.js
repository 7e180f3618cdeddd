// The strip that moves through the history: buttons, speed, slider, place, keys.

const SPEEDS = [2, 10, 30, 60, 240]; // steps a second

class Transport {
  constructor(dashboard) {
    this.dashboard = dashboard;
    this.playButton = element("button", { class: "play", "data-action": "play", onclick: () => dashboard.togglePlay() }, "▶ Play");
    this.speeds = element("select", { "aria-label": "steps a second", onchange: () => { dashboard.speed = Number(this.speeds.value); } },
      ...SPEEDS.map((speed) => element("option", { value: speed, selected: speed === dashboard.speed }, `${speed} / s`)));
    this.buttons = element("div", { class: "strip transport" });
    this.slider = element("input", { type: "range", class: "slider", min: 1, max: 1, step: 1,
      oninput: () => { dashboard.stop(); dashboard.goTo(Number(this.slider.value)); } });
    this.numbers = element("div", { class: "numbers", "aria-live": "polite", "aria-atomic": "true" });
    this.place = element("div", { class: "strip place" }, this.numbers, this.slider);
    this.node = element("div", { class: "track" }, this.buttons, this.place);
    this.hint = element("p", { class: "hint" });
    this.shape = "";
  }

  // Fit the buttons to what this history has: lines of a formula, epochs.
  replace({ unit: named, lines, perEpoch, steps }) {
    const unit = named || "step";
    this.node.hidden = this.hint.hidden = !steps;
    this.slider.max = Math.max(1, steps);
    if (steps) this.buildNumbers(this.dashboard.spec);
    const shape = `${unit} ${lines > 0} ${perEpoch > 1}`;
    if (shape === this.shape) return;
    this.shape = shape;
    this.slider.setAttribute("aria-label", unit);
    const { dashboard } = this;
    const button = (text, label, action) =>
      element("button", { "aria-label": label, title: label, "data-action": label, onclick: () => { dashboard.stop(); action(); } }, text);
    const epochs = (direction) => dashboard.goTo(dashboard.k + direction * dashboard.spec.perEpoch, undefined, direction);
    this.buttons.replaceChildren(
      ...(perEpoch > 1 ? [button("◀◀", "back one epoch", () => epochs(-1))] : []),
      button(`◀ ${named}`.trim(), `back one ${unit}`, () => dashboard.move(-1)),
      ...(lines ? [button("◀ line", "back one line", () => dashboard.moveLine(-1)),
        button("line ▶", "forward one line", () => dashboard.moveLine(1))] : []),
      button(`${named} ▶`.trim(), `forward one ${unit}`, () => dashboard.move(1)),
      ...(perEpoch > 1 ? [button("▶▶", "forward one epoch", () => epochs(1))] : []),
      this.playButton, this.speeds);
    this.hint.innerHTML =
      `Keys: <kbd>←</kbd> <kbd>→</kbd> ${unit}, ` + (lines ? "<kbd>↑</kbd> <kbd>↓</kbd> line, " : "") +
      (perEpoch > 1 ? "<kbd>PgUp</kbd> <kbd>PgDn</kbd> epoch, " : "") +
      "<kbd>Home</kbd> <kbd>End</kbd>, <kbd>space</kbd> play or stop" +
      (dashboard.spec.select ? "; arrows on a map choose the weight." : ".");
  }

  // What tells the place, built once a history; each step writes its counts and values into it.
  buildNumbers({ unit, steps, perEpoch, numbers, lines }) {
    // On the slides k counts updates, and nothing else.
    const letter = unit === "update" ? "k = " : "";
    const count = (name) => (this.counts[name] = element(name === "k" ? "span" : "b", { "data-shown": name }));
    this.counts = {};
    this.values = numbers.map(({ series }) => element("b", { "data-shown": series }));
    this.numbers.replaceChildren(
      // Steps without a name are not counted: the numbers tell the place.
      element("span", { hidden: !unit }, `${unit} `, element("b", {}, letter, count("k")), ` of ${steps}`),
      ...(perEpoch > 1 ? [element("span", {}, "epoch ", count("epoch"))] : []),
      ...numbers.map(({ text }, i) => element("span", {}, element("span", { html: `${text} = ` }), this.values[i])),
      ...(lines ? [element("span", {}, "line ", count("line"), ` of ${lines}`)] : []));
  }

  draw({ history, spec, k, line }) {
    this.slider.value = k;
    const due = { k, epoch: Math.floor((k - 1) / spec.perEpoch) + 1, line: line + 1 };
    for (const [name, node] of Object.entries(this.counts)) node.textContent = due[name];
    this.values.forEach((node, i) => {
      const value = history.at(spec.numbers[i].series, k);
      node.textContent = formatCell(value);
      node.dataset.value = node.title = value;
    });
  }

  showPlaying(playing) {
    this.playButton.textContent = playing ? "■ Stop" : "▶ Play";
    // A screen reader would never come to an end while it plays.
    this.numbers.setAttribute("aria-live", playing ? "off" : "polite");
  }

  onKey(event) {
    const { dashboard } = this;
    const { target, key } = event;
    const typesIt = target.tagName === "INPUT" && ["text", "number"].includes(target.type);
    const movesIt = target.tagName === "SELECT" || (target.type === "range" && target !== this.slider);
    const pressesIt = ["BUTTON", "INPUT"].includes(target.tagName) && (key === " " || key === "Enter");
    const pressed = pressesIt && target !== this.slider;
    if (typesIt || movesIt || pressed || isForNotebook(event) || event.altKey || dashboard.guide.asks) return;
    const { steps, perEpoch, lines } = dashboard.spec;
    const actions = {
      ArrowLeft: () => dashboard.move(-1),
      ArrowRight: () => dashboard.move(1),
      PageUp: () => dashboard.goTo(dashboard.k - perEpoch, undefined, -1),
      PageDown: () => dashboard.goTo(dashboard.k + perEpoch),
      Home: () => dashboard.goTo(1, 0),
      End: () => dashboard.goTo(steps),
      ...(lines && { ArrowUp: () => dashboard.moveLine(-1), ArrowDown: () => dashboard.moveLine(1) }),
    };
    if (key === " ") dashboard.togglePlay();
    else if (actions[key]) {
      dashboard.stop();
      actions[key]();
    } else return;
    event.preventDefault();
  }
}
