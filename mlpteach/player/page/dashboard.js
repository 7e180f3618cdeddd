// The page's half of a dashboard (core.py is the other): draws the step that the slider shows,
// steps and plays by itself, and asks only for new histories and missing frames. What travels: spec.py.

const IDLE = 120; // milliseconds without a new picture after which frames ahead are asked for
const WORTH = 8; // frames that are worth a message of their own
const EARLY = 0.1; // of a step: so much before it is due a frame shows it, or 60 a second would miss every other frame
const NEEDS_PYTHON = "This is a saved page, which has no Python to compute with: it steps, plays and takes its guided steps. To change a setting or a place run the notebook.";
const PANELS = { plot: Plot, heat: Heat, table: Table, ledger: Ledger, text: Words, diagram: Diagram, matrices: Matrices, images: Images };

function isDark(node) {
  const [r, g, b] = (getComputedStyle(node).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b > 128; // light text: dark page
}

function isInSight(node) {
  const { top, bottom } = node.getBoundingClientRect();
  return !document.hidden && bottom > 0 && top < innerHeight;
}

class Dashboard {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.history = new History(model);
    const { k = 1, line = 0, row = 0, column = 0 } = model.get("position");
    Object.assign(this, { k, line, row, column, playing: false, speed: 10, waiting: null, changed: {}, coming: null, requests: new Set(), panels: [] });
    this.values = { ...this.spec.values };
    this.transport = new Transport(this);
    this.status = element("span", { class: "status", role: "status" });
    this.controls = makeControls(this, "controls");
    this.more = new More(this, this.transport.hint);
    this.controlRow = new ControlRow(this.controls, this.more.controls, this.afterControls());
    this.header = new Header(root, this.more);
    this.guide = new Guide(this, this.header);
    this.banner = element("div", { class: "banner", role: "alert", hidden: true });
    this.body = element("div", { class: "body" });
    root.classList.toggle("saved", this.spec.saved === true);
    tellWidth(root);
    root.append(element("div", { class: "frame" },
      this.header.node, this.controls, this.banner, this.body, this.transport.node, this.more.node));
    this.buildControls();
    this.showHistory();
    this.listen();
  }

  get spec() {
    return this.history.spec;
  }

  buildControls() {
    this.made = this.spec.controls.map((control) => [control, this.makeControl(control)]);
    this.hideControls();
  }

  // What stands behind the last control: on a saved page why all of them are off.
  afterControls() {
    if (this.spec.saved !== true) return [this.status];
    this.controls.addEventListener("pointerdown", () => this.say(NEEDS_PYTHON));
    return [element("span", { class: "hint", title: NEEDS_PYTHON }, "saved: needs Python"), this.status];
  }

  makeControl(control) {
    return makeControl(control, this.values[control.name],
      (value) => this.configure(control.name, value), (sentence) => this.say(sentence));
  }

  // Some controls belong to one choice of another.
  hideControls() {
    for (const [{ when }, node] of this.made) node.hidden = Boolean(when) && !when.slice(1).includes(this.values[when[0]]);
    this.controlRow.share(this.made);
  }

  // Show a history that has just come, in the panels that stand where they fit it.
  showHistory() {
    const { spec } = this;
    this.tables = this.coming = null;
    this.ahead = (!spec.saved && spec.ahead) || 0;
    this.weight ??= (8 * spec.frame) / 3; // bytes of a frame that comes alone
    this.header.title.textContent = spec.title;
    this.guide.replace(spec);
    this.clampPosition();
    this.transport.replace(spec);
    const fits = JSON.stringify(spec.mosaic) === this.mosaic && spec.panels.length === this.panels.length &&
      spec.panels.every((panel, i) => panel.kind === this.panels[i].panel.kind && this.panels[i].replace(panel, this));
    if (!fits) this.buildBody();
    this.body.hidden = !spec.steps;
    this.draw();
  }

  buildBody() {
    const { mosaic } = this.spec;
    this.mosaic = JSON.stringify(mosaic);
    this.panels = this.spec.panels.map((panel) => new PANELS[panel.kind](panel, this));
    this.body.replaceChildren(...(this.panels.length ? [buildMosaic(mosaic, this.panels)] : []));
    this.root.classList.toggle("bounded", Boolean(this.body.querySelector(".diagram, .ledgers")));
    // A map without a place stands in its line of a ledger, all else behind "⋯".
    const ledgers = this.panels.filter(({ panel }) => panel.kind === "ledger");
    const left = unplaced(mosaic, this.panels)
      .filter((panel) => panel.panel.kind !== "heat" || !ledgers.some((ledger) => ledger.adopt(panel)));
    this.more.panels.replaceChildren(...left.map(framePanel));
    for (const panel of this.panels) if (panel.plot) this.sized?.observe(panel.plot);
    tellWidths(this.root);
  }

  listen() {
    this.root.addEventListener("keydown", (event) => this.transport.onKey(event));
    // Whatever is pressed next, such as a link to this state, finds the place that is seen.
    this.root.addEventListener("focusout", () => this.telling && this.savePosition());
    this.onSpec = () => this.replaceHistory();
    this.onHeld = () => this.holdMore();
    this.onPosition = () => this.followPosition();
    this.onMessage = (message, buffers) => this.receive(message, buffers);
    this.model.on("change:spec", this.onSpec);
    this.model.on("change:held", this.onHeld);
    this.model.on("change:position", this.onPosition);
    this.model.on("msg:custom", this.onMessage);
    this.retheme = () => {
      tellWidth(this.root);
      this.controlRow.resize(this.made, this.root.clientWidth);
      this.tables = this.dark = this.page = null;
      tellWidths(this.root);
      for (const panel of this.panels) {
        panel.size = panel.look = null;
        panel.forgetHeights?.();
      }
      this.guide.fit();
      this.draw();
    };
    // The picture that stands in for this page is made while nobody looks at it.
    this.onAway = () => this.goAway();
    window.addEventListener("blur", this.onAway);
    document.addEventListener("visibilitychange", this.onAway);
    this.themes = new MutationObserver(this.retheme);
    this.themes.observe(document.body, { attributes: true });
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.retheme);
    // The page's colours and sizes are known only once the dashboard stands in it.
    this.sized = new ResizeObserver((entries) => this.resized(entries.map(({ target }) => target)));
    this.sized.observe(this.root);
    for (const panel of this.panels) if (panel.plot) this.sized.observe(panel.plot);
    this.forgetSpace = playOnSpace(this.root, () => this.togglePlay());
  }

  // A table whose numbers grow longer takes room from a plot: then that one alone is measured again.
  resized(nodes) {
    if (nodes.includes(this.root)) return this.retheme();
    if (!this.spec.steps) return;
    const smaller = this.panels.filter(({ plot }) => !plot || nodes.includes(plot));
    for (const panel of smaller) panel.size = null;
    measureTogether(smaller.filter((panel) => panel.measure), this);
    for (const panel of smaller) panel.draw(this);
    if (this.guide.asks) this.guide.hide();
  }

  close() {
    this.stop();
    this.header.close();
    this.forgetSpace();
    clearTimeout(this.alarm);
    clearTimeout(this.looking);
    this.model.off("change:spec", this.onSpec);
    this.model.off("change:held", this.onHeld);
    this.model.off("change:position", this.onPosition);
    this.model.off("msg:custom", this.onMessage);
    window.removeEventListener("blur", this.onAway);
    document.removeEventListener("visibilitychange", this.onAway);
    this.themes.disconnect();
    this.scheme.removeEventListener("change", this.retheme);
    this.sized.disconnect();
  }

  // Colour table for this page's theme.
  table(colors) {
    if (!this.tables) {
      const dark = Number(this.isDark);
      this.tables = Object.fromEntries(Object.entries(this.spec.colors).map(([name, both]) => [name, bytesOf(both[dark])]));
    }
    return this.tables[colors];
  }

  get isDark() {
    return this.dark ??= isDark(this.root);
  }

  get pageColor() {
    return this.page ??= pageColor(this.root);
  }

  // A line's colour in this page's theme.
  ink(color) {
    return (this.isDark && this.spec.dark[color]) || color;
  }

  // -- moving

  get lastLine() {
    return Math.max(0, this.spec.lines - 1);
  }

  goTo(k, line = this.lastLine, direction = 1) {
    this.k = this.snap(clamp(Math.round(k), 1, Math.max(1, this.spec.steps)), direction);
    this.line = line;
    this.draw();
    this.tellPosition();
  }

  move(direction) {
    this.goTo(this.k + direction, this.lastLine, direction);
  }

  // A saved page has no kernel to ask, and one whose Python is "asleep" does not wake it to step: it
  // stands only at steps whose frames were saved.
  snap(k, direction) {
    if (!this.spec.saved || this.history.isHeld(k)) return k;
    const { held } = this.spec;
    return direction < 0 ? held.findLast((step) => step <= k) : held.find((step) => step >= k);
  }

  moveLine(direction) {
    const line = this.line + direction;
    if (line >= 0 && line <= this.lastLine) return this.goTo(this.k, line);
    const k = this.snap(clamp(this.k + direction, 1, this.spec.steps), direction);
    if (k !== this.k) this.goTo(k, direction > 0 ? 0 : this.lastLine);
  }

  select(row, column) {
    const [rows, columns] = this.spec.choices;
    this.row = clamp(row, 0, rows - 1);
    this.column = clamp(column, 0, columns - 1);
    this.draw();
    this.tellPosition();
  }

  clampPosition() {
    const [rows, columns] = this.spec.choices;
    this.k = this.snap(clamp(this.k, 1, Math.max(1, this.spec.steps)), 1);
    this.line = clamp(this.line, 0, this.lastLine);
    this.row = clamp(this.row, 0, rows - 1);
    this.column = clamp(this.column, 0, columns - 1);
  }

  // -- playing

  togglePlay() {
    if (this.guide.asks) return;
    if (this.playing) this.stop();
    else this.play();
  }

  play() {
    if (this.k >= this.spec.steps) this.goTo(1);
    this.playing = true;
    this.transport.showPlaying(true);
    let last = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      const due = Math.floor(((now - last) * this.speed) / 1000 + EARLY);
      const next = this.snap(Math.min(this.k + due, this.spec.steps), 1);
      if (due > 0 && this.isReady(next)) {
        // What is left of a step counts for the next one, but no more than one step.
        last = Math.max(last + (1000 * due) / this.speed, now - 1000 / this.speed);
        this.k = next;
        this.line = this.lastLine;
        this.draw();
        this.isReady(Math.min(this.k + this.spec.length, this.spec.steps)); // there before it is shown
        if (this.k >= this.spec.steps) return this.stop();
      }
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  stop() {
    if (!this.playing) return;
    this.playing = false;
    this.transport.showPlaying(false);
    this.tellPosition();
  }

  // -- drawing

  draw() {
    if (!this.spec.steps) return;
    this.waits = !this.isComplete(this.k);
    if (this.waits) this.askLater();
    else this.lookAhead();
    this.transport.draw(this);
    measureTogether(this.panels.filter((panel) => panel.measure && !panel.size), this);
    for (const panel of this.panels) panel.draw(this);
    if (this.guide.asks) this.guide.hide();
  }

  // -- talking with the kernel

  isReady(k) {
    const isComplete = this.isComplete(k);
    if (!isComplete) this.ask(k);
    return isComplete;
  }

  // Whether a step's frame is here, and the chosen entry with all its digits.
  isComplete(k) {
    const { history, row, column } = this;
    return history.isHeld(k) && history.isExact(k, row, column);
  }

  // Ask for the step on the screen once it is painted: what a notebook does about a message costs more
  // than the picture. Of the steps that a dragged slider passes meanwhile the last is asked for.
  askLater() {
    this.later ??= requestAnimationFrame(() => {
      this.later = setTimeout(() => {
        this.later = null;
        if (this.root.isConnected && this.spec.steps) this.isReady(this.k);
      });
    });
  }

  // Ask for a step and those around it, of which frames are missing or only the chosen entries: these
  // of the step alone, which comes sooner, unless the others are due.
  ask(k, { alone = !this.playing, isDue = true } = {}) {
    const { steps, length, saved } = this.spec;
    if (saved) return;
    if (this.coming) return this.expectAnswer(); // to what may have been sent ahead
    const entries = this.history.isHeld(k);
    if (entries && alone) return this.askFor(k, k, { entries });
    const isMissing = (step) => (entries ? !this.isComplete(step) : !this.history.isHeld(step));
    let first = Math.floor((k - 1) / length) * length + 1, last = Math.min(first + length - 1, steps);
    while (!isMissing(first)) first++;
    while (!isMissing(last)) last--;
    this.askFor(first, last, { entries, isDue });
  }

  // One request at a time: what has been moved to meanwhile is asked for when its answer is here.
  askFor(first, last, { entries = false, isDue = true } = {}) {
    const { row, column } = this;
    this.coming = this.send({ type: "window", first, last, row, column, entries, sequence: this.spec.sequence }, isDue);
  }

  // Ask in idle moments for what may be looked at, from the step on the screen on.
  lookAhead() {
    clearTimeout(this.looking);
    if (!this.history.size || this.spec.saved) return;
    this.looking = setTimeout(() => this.askAhead(), IDLE);
  }

  askAhead() {
    const { history, spec } = this;
    if (this.coming || this.waiting !== null || this.playing || !isInSight(this.root)) return;
    const another = this.nextStep((step) => history.isHeld(step) && !this.isComplete(step));
    if (another) return this.ask(another, { alone: false, isDue: false });
    const first = this.nextStep((step) => !history.isHeld(step));
    const most = Math.min(spec.length, Math.floor(this.ahead / this.weight));
    if (!first || most < WORTH) return;
    let last = Math.min(first + most - 1, spec.steps);
    while (history.isHeld(last)) last--;
    this.askFor(first, last, { isDue: false }); // a busy Python is not waited for
  }

  // The first step from the one on the screen on, and then from the start, of which something holds.
  nextStep(holds) {
    const { steps } = this.spec;
    for (let away = 0; away < steps; away++) {
      const step = ((this.k - 1 + away) % steps) + 1;
      if (holds(step)) return step;
    }
    return 0;
  }

  configure(name, value) {
    if (!this.silent) this.say(this.spec.message); // what was refused is no more
    this.values = { ...this.values, [name]: value };
    this.changed = { ...this.changed, [name]: value };
    this.hideControls();
    if (this.waiting === null) this.sendValues();
  }

  // Go to a place of which words speak; where other values belong to it, Python brings both.
  jump({ position, values }) {
    this.stop();
    clearTimeout(this.telling); // the place left must not overtake the place gone to
    const other = Object.entries(values).filter(([name, value]) => name in this.values && this.values[name] !== value);
    if (!other.length) return this.standAt(position);
    const there = other.map((pair) => pair.join(" ")).join(", ");
    if (this.spec.saved === true) return this.say(`That place is at ${there}, which this saved page does not hold: run the notebook.`);
    this.target = position;
    for (const [name, value] of other) this.configure(name, value);
  }

  standAt(position) {
    Object.assign(this, position);
    this.clampPosition();
    this.draw();
    this.tellPosition();
  }

  // A place clicked on a map.
  setPoint(name, value) {
    if (this.spec.saved === true) return this.say(NEEDS_PYTHON);
    const fields = this.root.querySelectorAll(`[data-control="${name}"] input`);
    value.forEach((number, i) => { fields[i].value = number; });
    this.configure(name, value);
  }

  sendValues() {
    this.waiting = this.values;
    this.asking = this.changed;
    this.changed = {}; // what is not sent follows what is, as the start another landscape
    this.status.textContent = "computing …";
    const place = this.target ? { position: this.target } : {};
    this.target = null;
    this.request = this.send({ type: "configure", values: this.asking, ...place });
    if (this.request === null) this.endWaiting();
  }

  // Send a message; return its number, or null where there is no kernel any more to take it. What a
  // reader waits for is due.
  send(message, isDue = true) {
    const request = `${Date.now()} ${Math.random()}`; // other views of this dashboard send, too
    try {
      this.model.send({ ...message, request });
    } catch (error) {
      this.say(`Python can't be reached (${error.message}): run the cell again.`);
      return null;
    }
    this.requests.add(request);
    if (isDue) {
      this.forgetAlarm();
      this.expectAnswer();
    }
    return request;
  }

  expectAnswer() {
    this.alarm ||= setTimeout(() => this.unanswered(), this.model.patience ?? PATIENCE);
  }

  forgetAlarm() {
    clearTimeout(this.alarm);
    this.alarm = 0;
  }

  unanswered() {
    this.alarm = 0;
    this.silent = true;
    this.coming = null;
    this.status.textContent = "";
    this.say(SILENT);
  }

  // No answer is due, and none is missed where Python can't be reached.
  goAway() {
    if (document.hasFocus() && !document.hidden) return;
    if (this.spec.saved || this.playing || document.fullscreenElement) return;
    try {
      this.model.send({ type: "away" });
    } catch { /* there is no Python */ }
  }

  // Python has answered: it was only busy.
  heard() {
    this.forgetAlarm();
    if (!this.silent) return;
    this.silent = false;
    this.say(this.spec.message);
  }

  endWaiting() {
    this.waiting = null;
    this.status.textContent = "";
  }

  receive(message, buffers) {
    const mine = this.requests.delete(message.request);
    if (mine) this.heard();
    if (message.type === "window") return this.receiveFrames(message, buffers[0]);
    if (message.request === this.coming) this.coming = null;
    if (!mine) return; // another view's
    this.guide.receive(message);
    if (message.type === "failed") {
      this.say(message.message);
      if (message.request === this.request) this.changed = { ...this.asking, ...this.changed };
    }
    if (this.waiting === null || message.request !== this.request) return;
    const stale = this.waiting !== this.values;
    this.endWaiting();
    if (stale) this.sendValues();
    else if (message.type === "configured") this.followValues(); // another landscape brings its own start
  }

  async receiveFrames({ request, first, last, row, column, sequence, entries }, buffer) {
    const { history } = this;
    const bytes = await inflate(buffer);
    if (request === this.coming) this.coming = null;
    if (history !== this.history || sequence !== this.spec.sequence) return;
    const steps = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    if (entries) history.addEntries(steps, new Float64Array(bytes.buffer), row, column);
    else history.add(steps, bytes, row, column);
    if (!entries) this.weight = buffer.byteLength / steps.length;
    this.ahead = Math.max(0, this.ahead - buffer.byteLength);
    if (this.waits) this.draw();
    else this.lookAhead();
  }

  say(text) {
    this.banner.textContent = text;
    this.banner.hidden = !text;
  }

  replaceHistory() {
    this.stop();
    this.heard();
    this.history = new History(this.model);
    this.followValues();
    this.showHistory();
  }

  // Go on with the same history, of which more frames and pictures have come.
  holdMore() {
    this.history = new History(this.model);
    this.showHistory();
  }

  // Show values set from Python or on another page. Controls that agree stay: one may be dragged.
  followValues() {
    if (this.waiting !== null) return;
    const before = this.values;
    this.values = { ...this.spec.values };
    this.made = this.made.map(([control, node]) => {
      const [shown, due] = [before, this.values].map((values) => JSON.stringify(values[control.name]));
      return [control, shown === due ? node : this.remake(control, node)];
    });
    this.hideControls();
  }

  // Put a new control in the place of one that shows another value.
  remake(control, node) {
    const { control: slider, number } = node.contains(document.activeElement) ? document.activeElement.dataset : {};
    const focused = slider ? `[data-control="${slider}"]` : number && `[data-number="${number}"]`;
    const made = this.makeControl(control);
    node.replaceWith(made);
    if (focused) made.querySelector(focused)?.focus();
    return made;
  }

  get position() {
    const { k, line, row, column } = this;
    return { k, line, row, column };
  }

  tellPosition() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.savePosition(), 150);
  }

  savePosition() {
    clearTimeout(this.telling);
    this.telling = 0;
    this.model.set("position", this.position);
    this.model.save_changes();
  }

  followPosition() {
    const given = { ...this.position, ...this.model.get("position") };
    if (JSON.stringify(given) === JSON.stringify(this.position)) return;
    Object.assign(this, given);
    this.clampPosition();
    this.draw();
  }

  // -- the state as text

  // The values of the picture: those of the controls may wait for it, or have been refused.
  stateText() {
    return stateText(this.spec, this.spec.values, this.position);
  }

  restore(text) {
    if (this.spec.saved !== true) {
      this.savePosition(); // first, so that the place left does not overtake the place asked for
      this.send({ type: "restore", text });
      return;
    }
    const here = stateText(this.spec, this.values, {});
    const { name, values } = readState(here), there = readState(text);
    const agrees = there.name === name && Object.entries(there.values).every(([key, value]) => values[key] === value) &&
      Object.values(there.position).every(Number.isInteger);
    if (!agrees) return this.say(`This saved page can only show ${here}`);
    this.say(this.spec.message);
    Object.assign(this, there.position);
    this.clampPosition();
    this.draw();
  }
}
