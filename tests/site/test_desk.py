"""What answers a page in its worker, here in CPython without all that a worker lacks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from player.test_plain import ABSENT

TESTS = Path(__file__).parents[1]
LECTURES = sorted((TESTS.parent / "lectures").glob("*.ipynb"))
WITHOUT = f"import sys, json; sys.modules.update(dict.fromkeys({ABSENT!r}))\n"


def python(code):
    """Run code where all those packages are absent; return what it prints, read as JSON."""
    command = [sys.executable, "-W", "error", "-c", WITHOUT + code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def alone():
    """Lecture -> cell -> the types of what a page gets when the cell is run."""
    return python("from site_desk import all_cells\njson.dump(all_cells(), sys.stdout)")


def test_every_cell_of_every_lecture_runs_without_packages(alone):
    assert alone.keys() == {path.stem for path in LECTURES}
    for lecture, cells in alone.items():
        for cell, (kinds, error) in cells.items():
            assert not error, (lecture, cell)
            assert kinds in (["ran"], ["ran", "history"], ["ran", "question"]), (lecture, cell)


def test_dashboards_and_questions_are_all_there(alone):
    found = [kinds[-1] for cells in alone.values() for kinds, _ in cells.values()]
    assert found.count("history") >= 22
    assert found.count("question") >= 39


def conversation(*sources, messages):
    """Let a page send messages, each (cell, message, states); return what it gets in turn."""
    cells = [{"id": str(i), "source": source} for i, source in enumerate(sources)]
    return python(f"""
from site_desk import hold_pictures
from mlpteach.site.desk import open_desk
desk = open_desk({cells!r})
hold_pictures()
said = [[answer for answer, _ in desk.receive(*sent)] for sent in {messages!r}]
json.dump(said, sys.stdout)
""")


IMPORT = "import mlpteach as mt"
MOMENTUM = "dashboard = mt.dashboards.momentum()\ndashboard"


def test_a_touched_dashboard_needs_no_other_cell_than_its_own_and_what_that_uses():
    sent = ("2", {"type": "configure", "values": {"steady.alpha": 0.5}, "request": 1}, {})
    ((history, configured),) = conversation(IMPORT, "1 / 0", MOMENTUM, messages=[sent])
    assert history["spec"]["values"]["steady.alpha"] == 0.5
    assert configured == {"type": "configured", "request": 1}


def test_a_dashboard_is_made_where_the_page_stands():
    places = {"1": "momentum?k=7&steady.alpha=0.25"}
    sent = ("1", {"type": "configure", "values": {"steady.eta": 2.0}, "request": 1}, places)
    ((history, _),) = conversation(IMPORT, MOMENTUM, messages=[sent])
    assert history["position"]["k"] == 7
    assert history["spec"]["values"]["steady.alpha"] == 0.25
    assert history["spec"]["values"]["steady.eta"] == 2.0


def test_a_place_told_makes_no_dashboard_by_itself():
    sent = ("1", {"type": "run", "source": "2 + 2", "request": 1}, {"0": "momentum?k=3"})
    ((ran,),) = conversation("undefined.dashboard", "", messages=[sent])
    assert (ran["text"], ran["error"]) == ("4\n", "")


def test_a_question_is_about_the_place_of_its_dashboard():
    adam = "dashboard = mt.dashboards.adam(*mt.datasets.moons(n=40, seed=1), epochs=3)\ndashboard"
    ask = 'mt.quiz.ask("adams_corrected_first_moment", dashboard)'
    answer = {"type": "answer", "answer": "0.5", "digest": "of update 1", "request": 1}
    run = {"type": "run", "source": ask, "request": 2}
    sent = [("2", answer, {"1": "adam?k=5&line=0&row=0&column=0"}), ("2", run, {"1": "adam?k=4"})]
    (state, done), (_, question) = conversation(IMPORT, adam, ask, messages=sent)
    assert "About update 5 of the dashboard" in state["state"]["shown"]["hint"]
    assert "Answer once more" in state["state"]["note"]
    assert state["state"]["verdict"] == {}
    assert done == {"type": "done", "request": 1}
    assert "About update 4 of the dashboard" in question["state"]["shown"]["hint"]


def test_a_mistake_is_told_with_its_line_and_the_next_run_is_as_before():
    wrong = ("0", {"type": "run", "source": "a = 1\na / 0", "request": 1}, {})
    right = ("0", {"type": "run", "source": "a + 1", "request": 2}, {})
    (first,), (second,) = conversation("", messages=[wrong, right])
    assert first["error"] == "line 2: a / 0\nZeroDivisionError: division by zero"
    assert (second["text"], second["error"]) == ("2\n", "")


def test_code_that_is_no_python_is_told_too():
    sent = ("0", {"type": "run", "source": "for", "request": 1}, {})
    ((ran,),) = conversation("", messages=[sent])
    assert "SyntaxError" in ran["error"]


def test_a_cell_changed_by_the_reader_is_what_later_cells_use():
    change = ("0", {"type": "run", "source": "a = 10", "request": 1}, {})
    use = ("1", {"type": "run", "source": "a + 1", "request": 2}, {})
    _, (ran,) = conversation("a = 1", "a + 1", messages=[change, use])
    assert ran["text"] == "11\n"


def test_what_cannot_be_answered_is_said():
    sent = ("0", {"type": "configure", "values": {}, "request": 4}, {})
    ((failed,),) = conversation("1", messages=[sent])
    assert failed["request"] == 4
    assert "shows nothing that could answer" in failed["message"]


def test_a_package_on_demand_is_asked_for_and_then_found():
    asked = python("""
import importlib.machinery
from mlpteach.site.desk import open_desk
for name in [one for one in sys.modules if one == "matplotlib"]:
    del sys.modules[name]
desk = open_desk([{"id": "0", "source": ""}], on_demand=["matplotlib"])
sys.path_importer_cache.clear()
path, sys.path[:] = list(sys.path), []
run = {"type": "run", "source": "import matplotlib", "request": 1}
((first, _),) = desk.receive("0", run)
sys.modules["matplotlib"] = json  # the worker has loaded it
((second, _),) = desk.receive("0", run)
sys.path[:] = path
json.dump([first, second], sys.stdout)
""")
    assert asked[0] == {"type": "needs", "package": "matplotlib"}
    assert asked[1]["error"] == ""
