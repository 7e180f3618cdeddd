"""The page's half of a question, as text: one ES module and one style sheet."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PAGE = _PACKAGE / "quiz" / "page"
# Dashboards make their elements in the same way.
_PARTS = (_PACKAGE / "player" / "page" / "element.js", _PAGE / "question.js")
MODULE = "\n".join(part.read_text("utf-8") for part in _PARTS)
STYLE = (_PAGE / "question.css").read_text("utf-8")
