"""How much travels to a page: when a dashboard is first shown, and when a control changes."""

import json

import pytest

import mlpteach as mt
from mlpteach.player import Slider

FIRST_BYTES, CHANGE_BYTES = 1_000_000, 300_000
NAMES = sorted(set(mt.dashboards.__all__) - {"Player", "own_rule"})
GLANCE = 60_000  # what the page asks for at once where the frame of its step did not travel


def own_rule():
    def half(k, G, *, eta):
        return {"rho": 0.5 * eta * G}

    return mt.dashboards.own_rule(half, against="gd")


def travelled(core, drawn=None):
    """Bytes of a history with the frames of one look; a widget sends all pictures or none."""
    message, buffers = core.history()
    if message["pictures"] == drawn:
        del message["pictures"]
    glance = max(GLANCE, 8 * core.spec["frame"]) if core.show.frames else 0
    return len(json.dumps(message)) + sum(map(len, buffers)) + glance


@pytest.mark.parametrize("name", [*NAMES, "own_rule"])
def test_first_show_and_change_of_every_slider_are_light(name):
    core = (own_rule() if name == "own_rule" else getattr(mt.dashboards, name)()).core
    assert travelled(core) <= FIRST_BYTES
    sliders = [one for one in core.controls.values() if isinstance(one, Slider)]
    for slider in sliders:
        drawn = core.pictures()
        start = core.values[slider.name]
        core.configure(**{slider.name: slider.low if start != slider.low else slider.high})
        assert travelled(core, drawn) <= CHANGE_BYTES, slider.name
        core.configure(**{slider.name: start})
