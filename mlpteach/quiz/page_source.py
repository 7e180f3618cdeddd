"""The page's half of a question, as text: one ES module and one style sheet."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PAGE = _PACKAGE / "quiz" / "page"
# Dashboards make their elements, keep their keys and say that Python is silent in the same way.
_SHARED = _PACKAGE / "player" / "page"
_PARTS = (
    *(_SHARED / f"{part}.js" for part in ("element", "keys", "silence")), _PAGE / "question.js",
)  # fmt: skip
MODULE = "\n".join(part.read_text("utf-8") for part in _PARTS)
STYLE = (_PAGE / "question.css").read_text("utf-8")
