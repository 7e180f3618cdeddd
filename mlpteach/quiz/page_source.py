"""The page's half of a question, as text: one ES module and one style sheet."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PAGE = _PACKAGE / "quiz" / "page"
# Dashboards make their elements, keep their keys, say that Python is silent and set formulas
# in the same way.
_SHARED = _PACKAGE / "player" / "page"
_PARTS = (
    *(_SHARED / f"{part}.js" for part in ("element", "keys", "silence")), _PAGE / "question.js",
)  # fmt: skip
MODULE = "\n".join(part.read_text("utf-8") for part in _PARTS)
STYLE = "".join(
    file.read_text("utf-8") for file in (_SHARED / "mathematics.css", _PAGE / "question.css")
)
