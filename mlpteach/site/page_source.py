"""The pages' own code and style: modules without a bundler, and one style sheet."""

import json
from pathlib import Path

from mlpteach.player.page_source import MATHEMATICS
from mlpteach.player.page_source import MODULE as PLAYER
from mlpteach.player.page_source import STYLE as PLAYER_STYLE
from mlpteach.quiz.page_source import MODULE as QUESTION
from mlpteach.quiz.page_source import STYLE as QUESTION_STYLE

__all__ = ["KERNEL", "NOTEBOOK", "PACKED", "SITE", "START", "STYLE", "WORKER"]

_PACKAGE = Path(__file__).parents[1]
_PAGE = _PACKAGE / "site" / "page"
# One behind the other: each part knows those before it.
_PARTS = (
    *(_PACKAGE / "player" / "page" / f"{part}.js" for part in (
        "element", "scroll", "state", "planes",
    )),
    *(_PAGE / f"{part}.js" for part in (
        "unpack", "reach", "python", "model", "dashboard", "judge", "question", "editor", "cell",
        "lecture",
    )),
)  # fmt: skip

START = (_PAGE / "start.js").read_text("utf-8")
SITE = "\n".join(part.read_text("utf-8") for part in _PARTS)
WORKER = (_PAGE / "worker.js").read_text("utf-8")
KERNEL = (_PAGE / "kernel.mjs").read_text("utf-8")
NOTEBOOK = (_PAGE / "notebook.js").read_text("utf-8")
STYLE = MATHEMATICS + (_PAGE / "site.css").read_text("utf-8")
# The modules that the start fetches; two bring their style.
PACKED = {
    "player": f"{PLAYER}\nexport const style = {json.dumps(PLAYER_STYLE)};\n",
    "question": f"{QUESTION}\nexport const style = {json.dumps(QUESTION_STYLE)};\n",
    "site": SITE,
}
