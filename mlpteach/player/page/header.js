// The bar above a dashboard: its title, room for steps to try and their sentence, and two buttons.

const FULL_SCREEN = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5"/></svg>';
const DOTS = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h.01M10 10h.01M16 10h.01"/></svg>';

class Header {
  constructor(root, more) {
    this.root = root;
    this.title = element("div", { class: "title" });
    this.chips = element("div", { class: "chips" });
    this.sentence = element("p", { class: "sentence" });
    this.stage = element("button", { class: "icon", "data-action": "stage", "aria-label": "full screen", title: "full screen",
      "aria-pressed": "false", html: FULL_SCREEN, hidden: !document.fullscreenEnabled, onclick: () => this.toggleStage() });
    this.more = element("button", { class: "icon", "data-action": "more", "aria-label": "more", title: "more", html: DOTS,
      "aria-expanded": "false", onclick: () => more.toggle() });
    more.opened = (isOpen) => this.more.setAttribute("aria-expanded", String(isOpen));
    this.node = element("div", { class: "header" }, this.title, this.chips, this.sentence, this.stage, this.more);
    this.showStage = () => this.stage.setAttribute("aria-pressed", String(this.isStage));
    document.addEventListener("fullscreenchange", this.showStage);
  }

  // In a page that shows widgets in a shadow, only that knows.
  get isStage() {
    return this.root.getRootNode().fullscreenElement === this.root;
  }

  // The dashboard alone, full screen; Esc or the button leave it.
  toggleStage() {
    if (this.isStage) return document.exitFullscreen();
    return this.root.requestFullscreen().then(() => this.root.focus(), () => { this.stage.hidden = true; });
  }

  close() {
    document.removeEventListener("fullscreenchange", this.showStage);
  }
}
