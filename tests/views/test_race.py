"""What a race draws, of runs whose numbers are known by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.basics.style import Style
from mlpteach.tables.landscapes import own_landscape
from mlpteach.views.mosaic import LETTERS
from mlpteach.views.panels import Arrow, Line, Plot, Table, Text
from mlpteach.views.race import _message, hatched, notes, path, race_show, title

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


def test_the_distance_is_that_to_the_nearest_minimum():
    """From (3, 4), (1.5, 2), (0.75, 1) and (0.375, 0.5)."""
    series = race(minima=((3.0, 0.0), (0.0, -0.5))).series
    np.testing.assert_allclose(
        series["gd.distance"], [4.0, np.hypot(1.5, 2.0), np.hypot(0.75, 1.5), np.hypot(0.375, 1.0)]
    )


def test_the_formula_of_a_landscape_is_written_below_where_there_is_one():
    beale = mt.LANDSCAPES["beale"]
    trace = mt.descend(beale, beale.start, rule="gd", steps=2)
    show = race_show({"gd": trace}, {"gd": path(trace, beale, 2)}, STYLES, beale, 2)
    assert show.panels[-1].lines == (f"$J(x, y) = {beale.latex}$",)
    assert not any(isinstance(panel, Text) for panel in race().panels)


@pytest.mark.parametrize(("minima", "wide"), [(((0.0, 0.0),), 3), ((), 2)])
def test_the_steps_of_the_rule_looked_at_are_enlarged_beside_the_cost(minima, wide):
    show = race(minima, chosen="gd")
    letters = [LETTERS[i] for i, panel in enumerate(show.panels) if isinstance(panel, Plot)]
    assert len(letters) == 1 + wide  # the map, cost, distance and the enlarged steps
    placed = set(show.mosaic.replace(";", ""))
    assert letters[-1] in placed
    assert (letters[2] in placed) is (not minima)  # distances stand behind "⋯"
    assert not any(line.future for line in plot(show, "The map").layers if isinstance(line, Line))


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


WINDOW = (-1.0, 2.0, -3.0, 4.0)


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([0.0, 3.0, 0.0, 0.0], [0.0] * 4, {2: "outside the map", 3: ""}),  # to the right
        ([0.0, -1.5, -1.5, 0.0], [0.0] * 4, {2: "outside the map", 4: ""}),  # to the left
        ([0.0] * 4, [5.0, 0.0, 4.5, 9.0], {1: "outside the map", 2: "", 3: "outside the map"}),
        ([0.0] * 4, [0.0, 0.0, 0.0, -3.5], {4: "outside the map"}),
        ([-1.0, 2.0, 0.0, 0.0], [0.0, 0.0, -3.0, 4.0], {}),  # the border belongs to the map
    ],
)
def test_who_leaves_the_map_and_comes_back_is_told(x, y, said):
    trace = SimpleNamespace(diverged=None)
    assert notes(trace, np.array(x), np.array(y), WINDOW) == said


def test_the_end_of_a_racer_is_told_at_its_update():
    trace = SimpleNamespace(diverged=SimpleNamespace(k=3))
    x = np.array([0.0, 3.0, np.nan, np.nan])
    told = notes(trace, x, np.zeros(4), WINDOW)
    assert told == {2: "outside the map", 3: "diverged at update 3"}


@pytest.mark.parametrize(
    ("ends", "message"),
    [((), "No rule runs"), ((None, None), ""), ((3, None), ""), ((3, 4), "Every rule diverged")],
)
def test_it_is_said_where_nobody_is_left(ends, message):
    traces = {str(i): SimpleNamespace(diverged=end) for i, end in enumerate(ends)}
    assert _message(traces).startswith(message)
    assert bool(_message(traces)) is bool(message)


def test_where_a_rule_diverges_is_said_in_the_upper_left_corner():
    bowl = own_landscape(lambda W: (0.5 * float(W @ W), W), WINDOW, start=(1.0, 1.0))
    lost = np.zeros((4, 4), dtype=bool)
    assert hatched(None, "", bowl) == hatched(lost, "", bowl) == ()
    lost[1:, 2] = True
    lines, note = hatched(lost, "Adam", bowl)
    assert note.text == "Adam diverges: 19 %"  # 3 of 16
    assert -1.0 < note.x < -0.8
    assert 3.6 < note.y < 4.0
    # Over the third column from the left, from the second row on.
    assert (np.nanmin(lines.x), np.nanmax(lines.x)) == (0.5, 1.25)
    assert np.nanmin(lines.y) >= -1.25


def test_costs_are_seen_from_far_below_the_start_to_above_it():
    """From 1e-8 of the first cost, 12.5, to ten times it; below 0 an axis is linear."""
    axes = plot(race(), "Cost").axes
    assert (axes.yscale, axes.ylim) == ("log", pytest.approx((1e-7, 1e3)))
    slope = own_landscape(lambda W: (float(W[0]), np.array([1.0, 0.0])), WINDOW, start=(1.0, 1.0))
    trace = mt.descend(slope, slope.start, rule=mt.rule("gd", eta=0.5), steps=STEPS)
    show = race_show({"gd": trace}, {"gd": path(trace, slope, STEPS)}, STYLES, slope, STEPS)
    axes = plot(show, "Cost").axes
    assert axes.yscale == "linear"
    assert axes.ylim[0] <= -1.0 < 2.0 <= axes.ylim[1]


def test_costs_of_a_bowl_below_0_are_linear_and_its_minimum_is_starred():
    low = own_landscape(
        lambda W: (0.5 * float(W @ W) - 5.0, W), (-5, 5, -5, 5), start=(3.0, 4.0), minima=((0, 0),)
    )
    trace = mt.descend(low, low.start, rule=mt.rule("gd", eta=0.5), steps=STEPS)
    show = race_show({"gd": trace}, {"gd": path(trace, low, STEPS)}, STYLES, low, STEPS)
    assert plot(show, "Cost").axes.yscale == "linear"
    assert plot(show, "The map").title.endswith("; ★ minimum")
    assert "★" not in plot(race(()), "The map").title


def test_names_of_the_table_are_titles_without_the_usual_form():
    adam = mt.rule("adam", "paper")
    assert title("adam (paper)", adam) == "Adam (paper)"
    assert title("gd (lecture)", mt.rule("gd")) == "Gradient descent"
    assert title("gd (lecture), as gd", mt.rule("gd")) == "Gradient descent, as gd"
