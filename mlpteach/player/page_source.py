"""The page's own code and style: one ES module without a bundler, and one style sheet."""

from pathlib import Path

_PAGE = Path(__file__).parent / "page"
# One behind the other: each part knows those before it.
_PARTS = (
    "element", "write", "scroll", "keys", "silence", "numbers", "state", "runs", "history",
    "colors", "axes", "names", "emptiness", "plot", "heat", "table", "ledger", "network",
    "matrices", "images", "mosaic", "controls", "control_row", "transport", "more", "header",
    "guide", "space", "dashboard", "render",
)  # fmt: skip

MODULE = "\n".join((_PAGE / f"{part}.js").read_text("utf-8") for part in _PARTS)
# What a saved page has besides, behind the module.
SAVED = "\n".join(
    part.read_text("utf-8") for part in (_PAGE / "planes.js", _PAGE.parent / "saved.js")
)
MATHEMATICS = (_PAGE / "mathematics.css").read_text("utf-8")
STYLE = MATHEMATICS + (_PAGE / "player.css").read_text("utf-8")

# What a widget's module is: the page itself is made once, however many widgets there are. A browser
# never forgets a module, so that each with one of its own would leave it behind. And JupyterLab
# holds models whose widget is closed: what is heavy is taken out of them.
LOADER = """
const pages = (globalThis.mlpteachPages ??= new Map());

function load(source) {
  if (!pages.has(source)) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    pages.set(source, import(url).finally(() => URL.revokeObjectURL(url)));
  }
  return pages.get(source);
}

// The last stands for nothing heavy: a model remembers what it held before the last change.
const HEAVY = ["page", "spec", "numbers", "frames", "pictures", "_css", "position"];

export default {
  initialize({ model }) {
    model.on("destroy", () => HEAVY.forEach((name) => model.set(name, null)));
  },
  async render({ model, el }) {
    const page = await load(model.get("page"));
    return page.default.render({ model, el });
  },
};
"""
