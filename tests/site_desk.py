"""A lecture's cells at the desk that answers a page."""

import json
from pathlib import Path

import numpy as np

from mlpteach.player.controls import Choice, Several, Slider, Toggle
from mlpteach.player.core import Core
from mlpteach.site.desk import Desk

FIRST = 5  # updates after which chaos has not grown yet
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

    The settings are the one that a dashboard opens with, and three in which one control has another
    value that changes the numbers. Beside each stand the numbers of its first updates.
    """
    hold_pictures()
    found = {}
    for path in LECTURES:
        cells = _code(path)
        desk = Desk(cells)
        for i, cell in enumerate(cells):
            desk.receive(cell["id"], {"type": "run", "source": cell["source"]})
            if isinstance(core := desk.shown.get(i), Core):
                for setting, show in _settings(core):
                    name = f"{path.stem} {cell['id']} {setting}"
                    found[name] = _numbers(show, show.steps)
                    found[f"{name}, first updates"] = _numbers(show, FIRST)
    return found


def _numbers(show, steps):
    """Return the series of a history up to a step, and its frames at both ends."""
    parts = [show.series[name][:steps] for name in sorted(show.series)]
    if show.frames:
        parts.append(show.frames.at([1, min(steps, show.steps)]))
    return np.concatenate([np.ravel(np.asarray(part, float)) for part in parts])


def _settings(core):
    """Set a dashboard in turn; yield names of four settings that differ, and what is shown."""
    yield "as it opens", core.show
    opened, seen = dict(core.values), [_numbers(core.show, core.show.steps)]
    for name, value in _other_values(core):
        core.configure(**{**opened, name: value})
        numbers = _numbers(core.show, core.show.steps)
        if not any(np.array_equal(numbers, one, equal_nan=True) for one in seen):
            seen.append(numbers)
            yield f"{name}={value}", core.show
        if len(seen) == 4:
            return


def _other_values(core):
    """Yield (name of a control, a value that it has not), those of sliders first."""
    opened = dict(core.values)
    controls = [one for one in core.controls.values() if _is_seen(one, opened)]
    for share in (0.5, 0.25, 0.75):
        for one in controls:
            if isinstance(one, Slider):
                yield one.name, _inside(one, share)
    for one in controls:
        if isinstance(one, Several):
            yield one.name, tuple(one.options)[:2]
        elif isinstance(one, Choice):
            yield from ((one.name, value) for value in one.options if value != opened[one.name])
        elif isinstance(one, Toggle):
            yield one.name, not opened[one.name]


def _is_seen(control, values):
    return control.when is None or values[control.when[0]] in control.when[1:]


def _inside(slider, share):
    low, high = slider.low, slider.high
    value = low * (high / low) ** share if slider.log else low + (high - low) * share
    return round(value) if slider.whole else float(f"{value:.6g}")  # the same in every Python
