"""What a race draws, of runs whose numbers are known by hand."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.basics.style import Style
from mlpteach.tables.landscapes import own_landscape
from mlpteach.views.panels import Arrow, Plot, Table
from mlpteach.views.race import path, race_show

STEPS = 4
STYLES = {"gd": Style("#2b8cd0", "solid", "o"), "nesterov": Style("#cc5500", "dashed", "s")}


def race(minima=((0.0, 0.0),)):
    """Descend J = |W|²/2 from (3, 4), of which gradient descent halves the distance."""
    bowl = own_landscape(
        lambda W: (0.5 * float(W @ W), W), (-5, 5, -5, 5), start=(3.0, 4.0), minima=minima
    )
    rules = {"gd": mt.rule("gd", eta=0.5), "nesterov": mt.rule("nesterov")}
    traces = {
        name: mt.descend(bowl, bowl.start, rule=rule, steps=STEPS) for name, rule in rules.items()
    }
    paths = {name: path(trace, bowl, STEPS) for name, trace in traces.items()}
    return race_show(traces, paths, STYLES, bowl, STEPS)


def plot(show, title):
    return next(p for p in show.panels if isinstance(p, Plot) and p.title.startswith(title))


def test_series_are_the_run_s():
    series = race().series
    np.testing.assert_array_equal(series["k"], [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(series["gd.x"], [3.0, 1.5, 0.75, 0.375])
    np.testing.assert_allclose(series["gd.distance"], [5.0, 2.5, 1.25, 0.625])
    np.testing.assert_allclose(series["gd.length"], [2.5, 1.25, 0.625, 0.3125])
    np.testing.assert_allclose(series["gd.J"], [12.5, 3.125, 0.78125, 0.1953125])


def test_distances_have_a_logarithmic_axis_over_all_updates():
    axes = plot(race(), "Distance").axes
    assert axes.yscale == "log"
    assert axes.xlim == (0.0, STEPS + 1.0)
    low, high = axes.ylim
    assert 0 < low < 1e-3
    assert high >= np.hypot(10.0, 10.0)


def test_only_a_rule_that_looks_ahead_has_arrows_in_a_style():
    arrows = [layer for layer in plot(race(), "The map").layers if isinstance(layer, Arrow)]
    assert [arrow.x for arrow in arrows] == ["nesterov.x"] * 2
    assert all(isinstance(arrow.style, Style) for arrow in arrows)


@pytest.mark.parametrize(("minima", "there"), [(((0.0, 0.0),), True), ((), False)])
def test_distances_are_shown_where_a_minimum_is_known(minima, there):
    show = race(minima)
    (table,) = [panel for panel in show.panels if isinstance(panel, Table)]
    assert ("distance" in table.columns) is there
    assert any("Distance" in getattr(panel, "title", "") for panel in show.panels) is there
