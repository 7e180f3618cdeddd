"""A lecture's cells at the desk that answers a page."""

import json
from pathlib import Path

import numpy as np

from mlpteach.player.controls import Slider
from mlpteach.player.core import Core
from mlpteach.site.desk import Desk

LECTURES = sorted((Path(__file__).parents[1] / "lectures").glob("*.ipynb"))


def hold_pictures():
    """Let every page have all pictures, as one has that played before it woke."""
    Core.pictures = lambda self, held=(): {}


def all_cells():
    """Return lecture -> cell -> (types of what a page gets when the cell is run, its error)."""
    hold_pictures()
    return {path.stem: _cells_of(path) for path in LECTURES}


def _cells_of(path):
    cells, found = _code(path), {}
    desk = Desk(cells)
    for cell in cells:
        run = {"type": "run", "source": cell["source"], "request": 1}
        answers = [answer for answer, _ in desk.receive(cell["id"], run)]
        found[cell["id"]] = [one["type"] for one in answers], answers[0].get("error")
    return found


def _code(path):
    """Return the cells with code as a page gives them to its worker."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [
        {"id": cell["id"], "source": "".join(cell["source"])}
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def all_numbers():
    """Return lecture, cell and setting -> the numbers that a page gets, as arrays.

    The settings are the one that a dashboard opens with, and three with one slider each in the
    middle of its range.
    """
    hold_pictures()
    found = {}
    for path in LECTURES:
        cells = _code(path)
        desk = Desk(cells)
        for i, cell in enumerate(cells):
            desk.receive(cell["id"], {"type": "run", "source": cell["source"]})
            if isinstance(core := desk.shown.get(i), Core):
                for setting in _settings(core):
                    found[f"{path.stem} {cell['id']} {setting}"] = _numbers(core.show)
    return found


def _numbers(show):
    """Return the series of a history, and its frames at both ends."""
    parts = [show.series[name] for name in sorted(show.series)]
    if show.frames:
        parts.append(show.frames.at([1, show.steps]))
    return np.concatenate([np.ravel(np.asarray(part, float)) for part in parts])


def _settings(core):
    """Set a dashboard one way after the other; yield what the setting is called."""
    yield "as it opens"
    sliders = [one for one in core.controls.values() if isinstance(one, Slider)]
    for slider in sliders[:3]:
        low, high = slider.low, slider.high
        middle = (low * high) ** 0.5 if slider.log else (low + high) / 2
        core.configure(**{slider.name: round(middle) if slider.whole else middle})
        yield slider.name
