"""A lecture's cells at the desk that answers a page."""

from pathlib import Path

from mlpteach.player.core import Core
from mlpteach.site.desk import Desk
from mlpteach.site.notebook import read_notebook

LECTURES = sorted((Path(__file__).parents[1] / "lectures").glob("*.ipynb"))


def hold_pictures():
    """Let every page have all pictures, as one has that played before it woke."""
    Core.pictures = lambda self, held=(): {}


def all_cells():
    """Return lecture -> cell -> (types of what a page gets when the cell is run, its error)."""
    hold_pictures()
    return {path.stem: _cells_of(path) for path in LECTURES}


def _cells_of(path):
    cells = [cell for cell in read_notebook(path) if cell.code]
    desk = Desk([{"id": cell.id, "source": cell.source} for cell in cells])
    found = {}
    for cell in cells:
        run = {"type": "run", "source": cell.source, "request": 1}
        answers = [answer for answer, _ in desk.receive(cell.id, run)]
        found[cell.id] = [one["type"] for one in answers], answers[0].get("error")
    return found
