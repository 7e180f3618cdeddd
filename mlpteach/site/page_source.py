"""The pages' own code and style: modules without a bundler, and one style sheet."""

from pathlib import Path

from mlpteach.player.page_source import MODULE as PLAYER
from mlpteach.player.page_source import STYLE as PLAYER_STYLE
from mlpteach.quiz.page_source import MODULE as QUESTION
from mlpteach.quiz.page_source import STYLE as QUESTION_STYLE

__all__ = ["PLAYER", "QUESTION", "SITE", "STYLE", "WORKER"]

_PACKAGE = Path(__file__).parents[1]
_PAGE = _PACKAGE / "site" / "page"
# One behind the other: each part knows those before it.
_PARTS = (
    *(_PACKAGE / "player" / "page" / f"{part}.js" for part in ("element", "state")),
    *(_PAGE / f"{part}.js" for part in (
        "unpack", "python", "model", "dashboard", "judge", "question", "editor", "lecture",
    )),
)  # fmt: skip

# It imports the other two as "./player.js" and "./question.js"; the site names them by content.
SITE = "\n".join(part.read_text("utf-8") for part in _PARTS)
WORKER = (_PAGE / "worker.js").read_text("utf-8")
STYLE = "\n".join(((_PAGE / "site.css").read_text("utf-8"), PLAYER_STYLE, QUESTION_STYLE))
