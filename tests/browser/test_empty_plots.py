"""A plot that shows nothing says why, in its middle."""

import numpy as np
import pytest

from mlpteach.basics.style import STYLES
from mlpteach.player.core import Core
from mlpteach.views import Axes, Line, Plot, Profile, Show

from .shown_dashboard import show

LINEAR = Axes("k", "", (0.0, 5.0), (0.0, 1.0))
LOG = Axes("k", "", (0.0, 5.0), (0.1, 1.0), yscale="log")


def opened(page, axes, values, k=1):
    series = {"k": np.arange(1.0, 5.0), "y": np.asarray(values, dtype=float)}
    many = series["y"].ndim == 2
    layer = Profile([1.0, 2.0], "y", STYLES[0]) if many else Line("k", "y", STYLES[0])
    plot = Plot("", "a plot", axes, (layer,))
    core = Core(lambda controls: Show({}, 4, (plot,), series), [], {}, "Plot", "plot")
    core.position = {"k": k}
    errors = show(page, core)
    assert not errors


def said(page):
    node = page.locator(".mlp .plot .why")
    return node.inner_text() if node.is_visible() else ""


@pytest.mark.parametrize(
    ("axes", "values", "sentence"),
    [
        (LINEAR, [np.nan] * 4, "no finite value here"),
        (LOG, [-1.0, -4.0, -2.0, -3.0], "no finite value above 0, as this logarithmic axis needs"),
        (LINEAR, [2.0, 3.0, 4.0, 5.0], "all values lie above these axes"),
        (LOG, [0.01] * 4, "all values lie below these axes"),
        (LINEAR, [0.5, np.nan, np.nan, np.nan], ""),
        (LINEAR, [-1.0, 2.0, -1.0, 2.0], ""),  # it crosses them
    ],
)
def test_a_line_that_is_not_seen(page, axes, values, sentence):
    opened(page, axes, values)
    assert sentence in said(page)
    assert bool(said(page)) == bool(sentence)


def test_a_profile_is_judged_at_its_step(page):
    opened(page, LINEAR, [[0.5, 0.6], [7.0, 8.0], [np.nan, np.nan], [0.1, 0.2]])
    assert said(page) == ""
    page.press(".mlp", "ArrowRight")
    assert "above these axes" in said(page)
    page.press(".mlp", "ArrowRight")
    assert "no finite value here" in said(page)
    page.press(".mlp", "ArrowRight")
    assert said(page) == ""
