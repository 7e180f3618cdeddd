"""The page's own code and style: one ES module without a bundler, and one style sheet."""

from pathlib import Path

_PAGE = Path(__file__).parent / "page"
# One behind the other: each part knows those before it.
_PARTS = (
    "element", "keys", "silence", "numbers", "state", "history", "colors", "axes", "names",
    "emptiness", "plot", "heat", "table", "ledger", "network", "matrices", "images", "mosaic",
    "controls", "control_row", "transport", "more", "header", "guide", "space", "dashboard",
    "render",
)  # fmt: skip

MODULE = "\n".join((_PAGE / f"{part}.js").read_text("utf-8") for part in _PARTS)
# What a saved page has besides, behind the module.
SAVED = (_PAGE.parent / "saved.js").read_text("utf-8")
STYLE = (_PAGE / "player.css").read_text("utf-8")
