// What a dashboard's question does not need, behind the button "⋯": controls and panels that Python
// marks so, the state as text, numbers to copy, the keys.

class More {
  constructor(dashboard, hint) {
    this.dashboard = dashboard;
    this.controls = makeControls(dashboard, "more controls");
    this.panels = element("div", { class: "column" });
    this.state = element("input", { type: "text", class: "state", spellcheck: "false", "aria-label": "state as text",
      placeholder: "paste a state, press Enter",
      onkeydown: (event) => { if (event.key === "Enter" && !isForNotebook(event)) dashboard.restore(stateOf(this.state.value)); } });
    const button = (action, text, does) => element("button", { "data-action": action, onclick: does }, text);
    this.node = element("div", { class: "more", hidden: true, role: "group", "aria-label": "more" },
      this.controls, this.panels,
      element("div", { class: "strip" },
        button("copy link", "Copy link", () => this.copy(`mlpteach lecture "${dashboard.stateText()}"`, "link copied: a command for the terminal")),
        button("copy state", "Copy state", () => this.copy(dashboard.stateText(), "state copied")), this.state,
        button("copy numbers", "Copy numbers", () => this.copy(shownNumbers(dashboard), "numbers copied"))),
      hint);
    dashboard.root.addEventListener("pointerdown", ({ target }) => {
      if (!this.node.contains(target) && !target.closest("[data-action=more]")) this.toggle(false);
    });
    dashboard.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle(false);
    });
  }

  toggle(isOpen = this.node.hidden) {
    if (isOpen === !this.node.hidden) return;
    this.node.hidden = !isOpen;
    this.opened(isOpen);
    if (isOpen) this.dashboard.draw();
  }

  copy(text, said) {
    this.state.value = text;
    this.state.focus();
    this.state.select();
    const done = () => { this.dashboard.status.textContent = said; };
    // Without the right to the clipboard the text stands selected, to be copied by hand.
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => document.execCommand("copy") && done());
    else if (document.execCommand("copy")) done();
  }
}

// What a cell says, with all its digits.
function cellText(node) {
  const exact = node.dataset.value ?? node.querySelector("[data-value]")?.dataset.value;
  return exact ?? (node.querySelector(":scope > .head + span") ?? node).textContent.trim();
}

// All numbers of the step shown, with all their digits: a line each, its name and its values, tabs between.
function shownNumbers(dashboard) {
  const { root, panels, history, k } = dashboard;
  const lines = [...root.querySelectorAll(".place .numbers > span")].map((part) => {
    const value = part.querySelector("[data-value]");
    return value ? [part.textContent.split(" = ")[0], value.dataset.value] : [part.textContent];
  });
  for (const row of root.querySelectorAll(".table tr, .ledger tr:not(.pending)")) {
    const cells = [...row.children].filter((cell) => !cell.matches(".numbers"));
    lines.push(row.dataset.line ? [row.dataset.line, cellText(cells.at(-1))] : cells.map(cellText));
  }
  if (history.isHeld(k)) lines.push(...panels.flatMap((panel) => panel.copied?.(dashboard) ?? []));
  return lines.map((cells) => cells.join("\t").trimEnd()).join("\n");
}

// The state in a link, `mlpteach lecture "race?k=40"`; a state itself stays as it is.
function stateOf(link) {
  return link.trim().replace(/^mlpteach lecture\s+"?/, "").replace(/"$/, "");
}
