"""The page's half of a question, as text: one ES module and one style sheet."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PAGE = _PACKAGE / "quiz" / "page"
# Dashboards make their elements and keep their keys in the same way.
_SHARED = _PACKAGE / "player" / "page"
_PARTS = (_SHARED / "element.js", _SHARED / "keys.js", _PAGE / "question.js")
MODULE = "\n".join(part.read_text("utf-8") for part in _PARTS)
STYLE = (_PAGE / "question.css").read_text("utf-8")
