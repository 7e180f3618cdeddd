"""A lecture whose cells have run: what each shows, as plain data and files."""

import hashlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from mlpteach.player.core import Core
from mlpteach.quiz.answers import in_browser, keep_in
from mlpteach.quiz.session import Session
from mlpteach.site.cells import run_cell
from mlpteach.site.notebook import Cell, read_notebook
from mlpteach.site.packed import pack
from mlpteach.site.verdicts import verdicts


@dataclass(frozen=True)
class Shown:
    """A cell and what it shows.

    Attributes
    ----------
    cell : Cell
    text : str
        What it printed, and its value where that is neither a dashboard nor a question.
    dashboard : dict
        Names of the dashboard's files, see :class:`~mlpteach.site.packed.Packed`; {} without one.
    title : str
        Of the dashboard.
    question : dict
        The state of the question and its "verdicts"; {} without one.
    """

    cell: Cell
    text: str = ""
    dashboard: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    question: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lecture:
    """A lecture that has run.

    Attributes
    ----------
    name : str
        Of its notebook, without the ending.
    cells : tuple of Shown
    files : dict of str to bytes
        Its dashboards, by the names of their files.
    """

    name: str
    cells: tuple[Shown, ...]
    files: dict[str, bytes]


def execute_all(notebooks: list[Path], wakes: bool) -> list[Lecture]:
    """Run notebooks, each in a process of its own, and return what they show.

    Raises
    ------
    RuntimeError
        Where a cell fails; says which, and what it said.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return list(pool.map(execute, notebooks, [wakes] * len(notebooks)))


def execute(notebook: Path, wakes: bool) -> Lecture:
    """Run one notebook in this process; see :func:`execute_all`."""
    keep_in(in_browser())
    names: dict[str, Any] = {"__name__": "__main__"}
    files: dict[str, bytes] = {}
    shown = [_show(cell, names, files, notebook, wakes) for cell in read_notebook(notebook)]
    return Lecture(notebook.stem, tuple(shown), files)


def _show(cell, names, files, notebook, wakes):
    if not cell.code:
        return Shown(cell)
    outcome = run_cell(cell.source, names, cell.id)
    if outcome.error:
        raise RuntimeError(f"{notebook}, cell {cell.id}, stopped.\n{outcome.text}{outcome.error}")
    plain = plain_value(outcome.value)
    if isinstance(plain, Core):
        named = _add_dashboard(plain, files, wakes)
        return Shown(cell, outcome.text, dashboard=named, title=plain.title)
    if isinstance(plain, Session):
        question = {**plain.state, "verdicts": verdicts(plain)}
        return Shown(cell, outcome.text, question=question)
    return Shown(cell, outcome.text + value_text(plain))


def _add_dashboard(core, files, wakes):
    """Add the files of a dashboard; return their names, "first", "rest" and "steps"."""
    packed = pack(core, wakes)

    def add(content, kind=""):
        if content is None:
            return None
        name = f"{core.name}{kind}-{hashlib.sha256(content).hexdigest()[:12]}.packed"
        files[name] = content
        return name

    steps = [add(step, "-step") for step in packed.steps]
    return {"first": add(packed.first), "rest": add(packed.rest, "-rest"), "steps": steps}


def plain_value(value: Any) -> Any:
    """Return the core of a dashboard and the session of a question, without their widgets."""
    return getattr(value, "core", getattr(value, "session", value))


def value_text(value: Any) -> str:
    """Return what a notebook would show of a value as text."""
    return "" if value is None else f"{value!r}\n"
