"""How much travels to a page: when a dashboard is first shown, and when a control changes."""

import ast
import json
from pathlib import Path

import pytest

import mlpteach as mt
from mlpteach.player import Player, Slider
from mlpteach.player.page_source import MODULE, STYLE
from mlpteach.player.stand_in import as_png

LECTURES = Path(mt.__file__).parents[1] / "lectures"
FIRST_BYTES, CHANGE_BYTES, NOTEBOOK_BYTES = 1_000_000, 300_000, 6_000_000
NAMES = sorted(set(mt.dashboards.__all__) - {"Player", "own_rule"})


def own_rule():
    def half(k, G, *, eta):
        return {"rho": 0.5 * eta * G}

    return mt.dashboards.own_rule(half, against="gd")


def travelled(core, drawn=None):
    """Bytes of a history; a widget sends all pictures or none."""
    message, buffers = core.history()
    if message["pictures"] == drawn:
        del message["pictures"]
    if core.show.steps and core.show.frames:
        assert core.position["k"] in core.spec["held"]  # the page has to ask for nothing
    return len(json.dumps(message)) + sum(map(len, buffers))


def opened(name):
    return (own_rule() if name == "own_rule" else getattr(mt.dashboards, name)()).core


@pytest.mark.parametrize("name", [*NAMES, "own_rule"])
def test_first_show_and_change_of_every_slider_are_light(name):
    core = opened(name)
    assert travelled(core) <= FIRST_BYTES
    sliders = [one for one in core.controls.values() if isinstance(one, Slider)]
    for slider in sliders:
        drawn = core.pictures()
        start = core.values[slider.name]
        core.configure(**{slider.name: slider.low if start != slider.low else slider.high})
        assert travelled(core, drawn) <= CHANGE_BYTES, slider.name
        core.configure(**{slider.name: start})


def test_of_what_is_only_drawn_no_second_copy_travels():
    core = mt.dashboards.race(steps=30).core
    assert "adam (lecture).x" in core.show.series
    assert "adam (lecture).x" not in core.spec["series"]
    assert {"adam (lecture).J", "adam (lecture).distance"} <= set(core.spec["series"])


EVERYBODY = object()
# Where each sends most: the deepest, the widest, the longest, everybody.
LARGEST = {
    "activations": {"depth": 10},
    "adam": {"layer": "1"},
    "batches": {"sizes": EVERYBODY},
    "network": {"depth": 4, "width": 8, "output": "softmax", "rule": "nadam"},
    "optimizer": {"layer": "1", "rule": "nadam"},
    "own_rule": {"layer": "1"},
    "race": {"landscape": "rosenbrock", "steps": 500},
    "ranking": {"rules": EVERYBODY},
    "step_size": {"schedules": EVERYBODY},
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_settings_are_light(name):
    core = opened(name)
    settings = {
        control: list(core.controls[control].options) if value is EVERYBODY else value
        for control, value in LARGEST[name].items()
    }
    drawn = core.pictures()
    core.configure(**settings)
    assert travelled(core, drawn) <= CHANGE_BYTES


def test_a_network_of_eight_classes_and_wide_batches_changes_within_300_kb():
    X, y = mt.datasets.spirals(n=400, arms=8, seed=1)
    core = mt.dashboards.network(
        X, y, depth=4, width=8, rule="adam", batch_size=32, epochs=60, output="softmax"
    ).core
    drawn = core.pictures()
    for change in ({"adam.eta": 0.01}, {"hidden": "relu"}, {"rule": "nadam"}):
        core.configure(**change)
        assert travelled(core, drawn) <= CHANGE_BYTES


def test_a_notebook_saved_with_all_of_lecture_02_is_light():
    """With *Save Widget State*, as text: buffers in base64, and all that a front end keeps."""
    bytes_kept = 0
    for player in players_of("02_adaptive_optimizers.ipynb"):
        message, buffers = player.core.history()
        bytes_kept += len(json.dumps(message)) + sum(4 * len(data) // 3 for data in buffers)
        bytes_kept += len(json.dumps(MODULE + STYLE)) + len(as_png(player.core))
    assert 0 < bytes_kept <= NOTEBOOK_BYTES


def players_of(notebook):
    """Return the dashboards that a lecture shows, run without a kernel."""
    cells = json.loads((LECTURES / notebook).read_text(encoding="utf-8"))["cells"]
    names, players = {}, []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not source.startswith(("%", "!")):
            *done, last = ast.parse(source).body or [ast.Pass()]
            exec(compile(ast.Module(done, []), "<cell>", "exec"), names)
            players.append(_value_of(last, names))
    return [player for player in players if isinstance(player, Player)]


def _value_of(last, names):
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return exec(compile(ast.Module([last], []), "<cell>", "exec"), names)
