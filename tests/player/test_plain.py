"""The core answers a page where there are no widgets, no Jupyter, and no matplotlib either."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from every_dashboard import SMALL

import mlpteach

TESTS = Path(__file__).parents[1]
ABSENT = (
    "IPython", "PIL", "anywidget", "comm", "ipykernel", "ipywidgets", "matplotlib", "scipy",
    "sklearn", "tqdm", "traitlets",
)  # fmt: skip
WITHOUT = f"import sys; sys.modules.update(dict.fromkeys({ABSENT!r}))\n"
ALONE = f"""
{WITHOUT}
import json
from player.test_plain import conversations
json.dump(conversations(), sys.stdout)
"""
IMPORTED = f"""
{WITHOUT}
import pkgutil
from importlib import import_module
import mlpteach.dashboards
for room in (mlpteach.dashboards, mlpteach.player, mlpteach.views):
    for module in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        if not module.name.endswith("widget"):  # the shells
            import_module(module.name)
"""


def python(code):
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TESTS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def conversation(core):
    """Let a page that has all pictures ask for everything; return what it gets, in short."""
    drawn = [panel["picture"] for panel in core.spec["panels"] if panel["kind"] == "plot"]
    answers = [core.history(held=drawn)]
    for message in (
        {"type": "position", "position": {"k": 2}},
        {"type": "configure", "values": core.values, "request": 1, "pictures": drawn},
        {"type": "restore", "text": core.state, "request": 2, "pictures": drawn},
    ):
        answers += core.answer(message)
    if core.show.frames:
        window = {"type": "window", "first": 2, "last": 3, "sequence": core.sequence}
        answers += core.answer(window)
    return [
        [message["type"], _digest(json.dumps(message).encode()), *map(_digest, buffers)]
        for message, buffers in answers
    ]


def _digest(data):
    return hashlib.sha1(data).hexdigest()


def conversations():
    dashboards = {name: build() for name, build in SMALL.items()}
    return {name: conversation(getattr(one, "core", one)) for name, one in dashboards.items()}


@pytest.fixture(scope="module")
def alone():
    """What the dashboards say in a Python without all those packages."""
    return json.loads(python(ALONE))


@pytest.mark.parametrize("name", SMALL)
def test_a_core_without_packages_says_the_same(name, alone):
    here = conversation(SMALL[name]().core)
    said = ["history", "history", "configured", "history", "configured", "window"]
    assert [answer[0] for answer in here] == said[: len(here)]
    assert alone[name] == here


def test_dashboards_views_and_player_are_imported_without_packages():
    python(IMPORTED)


def test_importing_dashboards_loads_nothing_that_draws():
    loaded = python("import sys, mlpteach.dashboards; print(*sys.modules)").split()
    assert "mlpteach.views.figure" in loaded
    assert not {"PIL", "matplotlib", "scipy", "sklearn", "tqdm"} & set(loaded)


def test_a_missing_module_of_the_package_is_no_missing_widget():
    broken = "import sys; sys.modules['mlpteach.player.page_source'] = None; import mlpteach.player"
    with pytest.raises(AssertionError, match="page_source halted"):
        python(broken)
    assert mlpteach.dashboards.Player is not mlpteach.player.Core
