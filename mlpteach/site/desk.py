"""What answers a page in its worker: the cells of a lecture, run when something of them is touched.

Plain Python without widgets. A message is about one cell; before it is answered the cells that the
cell needs are run, and the cell itself for what it shows. ``run`` runs a cell with the reader's own
text; all other messages go on to the dashboard or the question that the cell shows, and are those
of :mod:`mlpteach.player.core` and :mod:`mlpteach.quiz.session`.
"""

import ast
import importlib.abc
import sys
from collections.abc import Collection
from typing import Any

from mlpteach.player import state
from mlpteach.player.core import Core
from mlpteach.quiz.answers import in_browser, keep_in
from mlpteach.quiz.session import Session
from mlpteach.site.cells import Outcome, needed_cells, run_cell, run_definitions

_OTHER_NUMBERS = (
    "The dashboard has moved on since this was asked: these are the numbers of the place that it "
    "shows now. Answer once more."
)

Answer = tuple[dict[str, Any], list[bytes]]


class Needed(BaseException):
    """A package is imported that can be loaded; no Exception, so that nobody catches it."""


class OnDemand(importlib.abc.MetaPathFinder):
    """Finds no module: it says which packages the worker has to load first.

    Parameters
    ----------
    packages : collection of str
        Names of modules at the top level.
    """

    def __init__(self, packages: Collection[str]) -> None:
        self.packages = frozenset(packages)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in self.packages:
            raise Needed(name)


class Desk:
    """The cells of one lecture.

    Parameters
    ----------
    cells : list of dict
        "id" and "source" of each cell with code, in the order of the lecture.

    Examples
    --------
    >>> desk = Desk([{"id": "one", "source": "a = 2"}, {"id": "two", "source": "a + 1"}])
    >>> desk.receive("two", {"type": "run", "source": "a + 2", "request": 7})[0][0]["text"]
    '4\\n'
    """

    def __init__(self, cells: list[dict[str, str]]) -> None:
        self.places = {cell["id"]: i for i, cell in enumerate(cells)}
        self.ids = [cell["id"] for cell in cells]
        self.sources = [cell["source"] for cell in cells]
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.defined: set[int] = set()
        self.shown: dict[int, Any] = {}
        self.states: dict[int, str] = {}

    def receive(
        self, cell: str, message: dict[str, Any], states: dict[str, str] | None = None
    ) -> list[Answer]:
        """Answer a page's message about a cell.

        Parameters
        ----------
        cell : str
            Its id.
        message : dict
        states : dict of str to str, optional
            Cell -> where its dashboard stands on the page, as text, where that has changed.

        Returns
        -------
        list of (dict, list of bytes)
            What goes to the page for this cell. ``{"type": "needs", "package": …}`` alone asks to
            load a package and to send the message again.
        """
        try:
            for id, text in (states or {}).items():
                self._take_state(self.places[id], text)
            return self._answer(self.places[cell], message)
        except Needed as package:
            return [({"type": "needs", "package": str(package)}, [])]
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            return [_failed(message, told)]

    def _answer(self, i, message):
        if message.get("type") == "run":
            return self._run(i, message)
        if i not in self.shown:
            outcome = self._show(i)
            if outcome.error:
                return [_failed(message, f"The cell stopped: {outcome.error}")]
        shown = self.shown[i]
        if isinstance(shown, Core):
            return shown.answer(message)
        if isinstance(shown, Session):
            return [(answer, []) for answer in _ask(shown, message)]
        return [_failed(message, "This cell shows nothing that could answer.")]

    # -- running cells

    def _run(self, i, message):
        """Run a cell with the reader's text, and tell what it shows."""
        self.sources[i] = message["source"]
        self.states.pop(i, None)
        outcome = self._show(i)
        shown = self.shown.get(i)
        ran = {"type": "ran", "request": message.get("request"), "error": outcome.error}
        ran["text"] = outcome.text + _as_text(shown)
        answers = [(ran, [])]
        if isinstance(shown, Core):
            answers.append(shown.history(message.get("pictures", ())))
        elif isinstance(shown, Session):
            answers.append(({"type": "question", "state": dict(shown.state)}, []))
        return answers

    def _show(self, i):
        """Run a cell, those it needs before it, and keep what it shows."""
        self.shown.pop(i, None)
        outcome = self._define_what_is_needed(i)
        if outcome.error:
            return outcome
        outcome = run_cell(self.sources[i], self.names, self._called(i))
        if not outcome.error:
            self.defined.add(i)
            self._keep(i, outcome.value)
        return outcome

    def _define_what_is_needed(self, i):
        for needed in needed_cells(self.sources, i):
            if needed in self.defined:
                continue
            outcome = run_definitions(self.sources[needed], self.names, self._called(needed))
            if outcome.error:
                return Outcome(error=f"a cell before it, {self.ids[needed]}, {outcome.error}")
            self.defined.add(needed)
            self._keep_named(needed)
        return Outcome()

    def _keep_named(self, i):
        """Keep what a cell shows by its name alone: a dashboard that a question may be about."""
        last = ast.parse(self.sources[i]).body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
            self._keep(i, self.names[last.value.id])

    def _keep(self, i, value):
        self.shown[i] = getattr(value, "core", getattr(value, "session", value))
        if i in self.states:
            self._take_state(i, self.states.pop(i))

    def _called(self, i):
        return f"<cell {self.ids[i]}>"

    # -- where dashboards stand

    def _take_state(self, i, text):
        """Bring a dashboard where the page is; one that is not made yet follows then."""
        core = self.shown.get(i)
        if not isinstance(core, Core):
            self.states[i] = text
            return
        values, position = state.read(text, core.name, core.controls.values())
        if state.write("", {**core.values, **values}, {}) != state.write("", core.values, {}):
            core.state = text
        core.position = position


def open_desk(cells: list[dict[str, str]], on_demand: Collection[str] = ()) -> Desk:
    """Return a desk in a Python of its own: there the page keeps answers, and packages can wait.

    Parameters
    ----------
    cells : list of dict
        As for :class:`Desk`.
    on_demand : collection of str
        Packages that the worker loads when they are imported.
    """
    keep_in(in_browser())
    sys.meta_path.append(OnDemand(on_demand))
    return Desk(cells)


def _ask(session, message):
    """Pass a message on; an answer to other numbers than the session's gets these to answer."""
    asked = message.get("digest", session.asked.digest)
    if message.get("type") == "answer" and asked != session.asked.digest:
        session.state["note"] = _OTHER_NUMBERS
        done = {"type": "done", "request": message.get("request")}
        return [{"type": "state", "state": dict(session.state)}, done]
    return session.receive(message)


def _as_text(value):
    plain = value is None or isinstance(value, (Core, Session))
    return "" if plain else f"{value!r}\n"


def _failed(message, told):
    return {"type": "failed", "request": message.get("request"), "message": told}, []
