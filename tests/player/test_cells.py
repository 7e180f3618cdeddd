"""Running a cell again closes what it has replaced; what is shown elsewhere lives on."""

import gc
import weakref

import pytest

import mlpteach as mt
from mlpteach.player import cell_widget
from mlpteach.player.cells import Cells, Run


class Notebook:
    """Runs cells as a kernel does, with the message of each run."""

    def __init__(self, monkeypatch):
        self.runs, self.now = 0, None
        monkeypatch.setattr(cell_widget, "current_run", lambda: self.now)
        monkeypatch.setattr(cell_widget, "_CELLS", Cells())

    def run(self, cell, shown=None, make=mt.dashboards.reddi):
        """Run a cell that makes and shows a widget, or shows one that is there."""
        self.runs += 1
        self.now = Run(cell, f"message {self.runs}")
        shown = shown or make()
        shown._repr_mimebundle_()
        return shown


@pytest.fixture
def notebook(monkeypatch):
    return Notebook(monkeypatch)


def test_of_fifty_runs_of_a_cell_one_dashboard_is_left(notebook):
    made = [weakref.ref(notebook.run("a")) for _ in range(50)]
    gc.collect()
    left = [one() for one in made if one() is not None]
    assert len(left) == 1
    assert left[0].comm is not None


def test_several_dashboards_of_one_run_live_together(notebook):
    first = notebook.run("a")
    second = mt.dashboards.reddi()
    second._repr_mimebundle_()
    assert first.comm is not None
    notebook.run("a")
    assert first.comm is second.comm is None


def test_a_dashboard_shown_by_another_cell_lives_until_that_shows_something_else(notebook):
    first = notebook.run("a")
    notebook.run("b", first)
    second = notebook.run("a")
    assert first.comm is not None
    notebook.run("b", second)
    assert first.comm is None
    assert second.comm is not None


def test_a_cell_that_shows_again_what_another_made_closes_nothing(notebook):
    first = notebook.run("a")
    notebook.run("b", first)
    notebook.run("b", first)
    assert first.comm is not None


def test_a_closed_dashboard_that_is_still_held_can_be_shown_again(notebook):
    first = notebook.run("a")
    notebook.run("a")
    assert first.comm is None
    assert notebook.run("b", first).comm is not None
    assert first._repr_mimebundle_() is not None


def test_without_a_notebook_nothing_is_closed(notebook):
    first, second = mt.dashboards.reddi(), mt.dashboards.reddi()
    assert first.comm is not None
    assert second.comm is not None


@pytest.fixture
def adam():
    return mt.dashboards.adam(*mt.datasets.moons(n=40, seed=1), epochs=2)


@pytest.fixture
def ask(adam):
    """Asks about the update that a dashboard shows."""
    return lambda: mt.quiz.ask("adams_corrected_first_moment", adam)


def test_of_fifty_runs_of_a_question_one_is_left(notebook, ask):
    asked = [weakref.ref(notebook.run("a", make=ask)) for _ in range(50)]
    gc.collect()
    left = [one() for one in asked if one() is not None]
    assert len(left) == 1
    assert left[0].comm is not None


def test_a_closed_question_listens_again_when_it_is_shown_again(notebook, adam, ask):
    question = notebook.run("a", make=ask)
    adam.position = {"k": 2}
    assert "has moved on" in question.note
    question.close()
    adam.position = {"k": 1}  # the update that is asked about
    assert "has moved on" in question.note
    notebook.run("b", question)
    adam.position = {"k": 2}
    adam.position = {"k": 1}
    assert question.note == ""
