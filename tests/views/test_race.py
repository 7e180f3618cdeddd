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


def race(minima=((0.0, 0.0),), chosen=""):
    """Descend J = |W|²/2 from (3, 4), of which gradient descent halves the distance."""
    bowl = own_landscape(
        lambda W: (0.5 * float(W @ W), W), (-5, 5, -5, 5), start=(3.0, 4.0), minima=minima
    )
    rules = {"gd": mt.rule("gd", eta=0.5), "nesterov": mt.rule("nesterov")}
    traces = {
        name: mt.descend(bowl, bowl.start, rule=rule, steps=STEPS) for name, rule in rules.items()
    }
    paths = {name: path(trace, bowl, STEPS) for name, trace in traces.items()}
    return race_show(traces, paths, STYLES, bowl, STEPS, chosen)


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


def test_arrows_are_drawn_of_the_rule_looked_at_alone():
    def starts(chosen):
        layers = plot(race(chosen=chosen), "The map").layers
        return [layer.to_x for layer in layers if isinstance(layer, Arrow)]

    assert starts("") == []
    assert starts("gd") == ["map.descent_x", "map.step_x"]
    assert {"map.past_x", "map.look_x", "map.look_paper_x"} <= set(starts("nesterov"))
    assert not any("enlarged" in getattr(panel, "title", "") for panel in race().panels)


@pytest.mark.parametrize(("minima", "there"), [(((0.0, 0.0),), True), ((), False)])
def test_distances_are_shown_where_a_minimum_is_known(minima, there):
    show = race(minima)
    (table,) = [panel for panel in show.panels if isinstance(panel, Table)]
    assert ("distance" in table.columns) is there
    assert any("Distance" in getattr(panel, "title", "") for panel in show.panels) is there
