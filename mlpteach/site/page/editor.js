// Code that is meant to be changed: a text area that behaves like an editor, run in the page's Python.

const INDENT = "    ";

class Editor {
  constructor(cell, source, run) {
    this.original = source;
    this.run = () => run(this.text);
    this.shown = cell.querySelector(".source");
    this.pre = this.shown.querySelector("pre");
    this.area = element("textarea", {
      class: "code", spellcheck: "false", autocapitalize: "off", autocomplete: "off", hidden: true,
      "aria-label": "code; Tab indents, Escape then Tab leaves, Ctrl and Enter run it",
      oninput: () => this.fit(), onkeydown: (event) => this.onKey(event), onblur: () => { this.leaving = false; },
    });
    this.area.value = source;
    this.reset = element("button", { type: "button", hidden: true, onclick: () => this.restore() }, "As it was");
    this.edit = element("button", { type: "button", onclick: () => this.open() }, "Edit");
    this.shown.append(this.area, element("div", { class: "tools" },
      element("button", { type: "button", class: "run", onclick: this.run }, "Run"), this.edit, this.reset));
  }

  get text() {
    return this.area.value;
  }

  open() {
    this.pre.hidden = true;
    this.area.hidden = false;
    this.reset.hidden = false;
    this.edit.hidden = true;
    this.fit();
    this.area.focus();
  }

  restore() {
    this.area.value = this.original;
    this.fit();
  }

  fit() {
    this.area.rows = this.text.split("\n").length + 1;
  }

  onKey(event) {
    event.stopPropagation();
    const indents = event.key === "Tab" && !this.leaving;
    this.leaving = event.key === "Escape" || (this.leaving && event.key === "Shift");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) this.run();
    else if (event.key === "Enter") this.insert(`\n${this.indentHere()}`);
    else if (indents && event.shiftKey) this.outdent();
    else if (indents) this.insert(INDENT);
    else return;
    event.preventDefault();
  }

  // The spaces of this line; four more behind a colon.
  indentHere() {
    const line = this.text.slice(0, this.area.selectionStart).split("\n").at(-1);
    return line.match(/^ */)[0] + (line.trimEnd().endsWith(":") ? INDENT : "");
  }

  insert(text) {
    // The only way that the browser can take back with Ctrl+Z.
    if (document.execCommand("insertText", false, text)) return;
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.fit();
  }

  outdent() {
    const { selectionStart: at } = this.area;
    const start = this.text.lastIndexOf("\n", at - 1) + 1;
    const spaces = this.text.slice(start).match(/^ {0,4}/)[0].length;
    this.area.setRangeText("", start, start + spaces);
    this.area.selectionStart = this.area.selectionEnd = Math.max(start, at - spaces);
  }
}
