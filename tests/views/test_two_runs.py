"""Two runs side by side: their costs, and where they part."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.basics.style import Style
from mlpteach.run.compare import Difference
from mlpteach.tables.landscapes import own_landscape
from mlpteach.views.panels import Heat, Plot, Table, Text
from mlpteach.views.two_runs import pair_show, with_map

STYLES = {"own": Style("#2b8cd0", "solid", "o"), "reference": Style("#cc5500", "dashed", "s")}


def bowl(W):
    return 0.5 * float(W @ W), W


@pytest.fixture(scope="module")
def traces():
    lengths = {"own": 2, "reference": 4}
    return {
        name: mt.descend(bowl, [3.0, 4.0], rule=mt.rule("gd", eta=0.5), steps=steps)
        for name, steps in lengths.items()
    }


def words(traces, difference=None, remark=""):
    show = pair_show(traces, STYLES, 0, difference, remark=remark)
    return next(p for p in show.panels if isinstance(p, Text) and p.title == "First difference")


def test_the_shorter_run_s_cost_ends_where_it_does(traces):
    show = pair_show(traces, STYLES, 0)
    assert show.steps == 4
    np.testing.assert_array_equal(show.series["k"], [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(show.series["own.loss"], [12.5, 3.125, np.nan, np.nan])
    np.testing.assert_allclose(show.series["reference.loss"], [12.5, 3.125, 0.78125, 0.1953125])


def broken(k):
    """Descend until update k breaks."""

    def rule(k, G, *, eta=0.5, last=k):
        return mt.Quantities(rho=eta * G * (np.inf if k == last else 1.0))

    with pytest.warns(mt.DivergenceWarning):
        return mt.descend(bowl, [3.0, 4.0], rule=rule, steps=9)


def test_an_end_is_told_where_it_happened_of_the_longest_run_at_its_last_update():
    show = pair_show({"own": broken(3), "reference": broken(6)}, STYLES, 0)
    [table] = [panel for panel in show.panels if isinstance(panel, Table)]
    assert show.steps == 5
    assert [list(row.notes) for row in table.rows] == [[3], [5]]
    assert all(note.startswith("diverged: ") for row in table.rows for note in row.notes.values())
    assert [row.cells for row in table.rows] == [("own.loss",), ("reference.loss",)]


@pytest.mark.parametrize(
    ("costs", "scale"),
    [
        ((4.0, 1.0), "linear"),
        ((60.0, 1.0), "log"),
        ((6000.0, 1000.0), "linear"),
        ((60.0, 0.0), "linear"),
        ((9.0, -1.0), "linear"),
    ],
)
def test_costs_that_fall_far_have_a_logarithmic_axis(costs, scale):
    """One run stays at the first cost, the other one goes to the second at its second update."""
    runs = {
        "own": mt.descend(lambda W: (costs[0], np.zeros(1)), [0.0], rule="gd", steps=2),
        "reference": mt.descend(
            lambda W: (costs[0] if W[0] == 0 else costs[1], -np.ones(1)), [0.0], rule="gd", steps=2
        ),
    }
    for traces in (runs, dict(reversed(runs.items()))):
        show = pair_show(traces, STYLES, 0)
        [plot] = [panel for panel in show.panels if isinstance(panel, Plot)]
        assert plot.axes.yscale == scale
        assert plot.axes.ylim[0] <= min(costs) < max(costs) <= plot.axes.ylim[1]
        assert plot.axes.xlim == (0.0, 3.0)


def test_a_schedule_s_factor_is_shown_where_it_is_not_constant():
    traces = {
        "own": mt.descend(bowl, [3.0, 4.0], rule="gd", steps=3),
        "reference": mt.descend(bowl, [3.0, 4.0], rule="gd", steps=2, schedule="cooling"),
    }
    series = pair_show(traces, STYLES, 0).series
    assert "own.factor" not in series
    expected = [*(step.factor for step in traces["reference"]), np.nan]
    np.testing.assert_array_equal(series["reference.factor"], expected)


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("W^(1)[3, 17]", "$W^{(1)}$, unit 4, input 18"),
        ("theta[1]", "theta[1]"),
    ],
)
def test_the_first_difference_is_named_with_units_counted_from_1(traces, place, named):
    (line,) = words(traces, Difference(3, "rho", place, -0.5, 0.25)).lines
    assert line.startswith("update k = 3, in $")
    assert line.endswith(f"at {named}: own −0.5, reference 0.25.")


def test_runs_that_agree_say_so(traces):
    assert words(traces, remark="Both from (3, 4).").lines == (
        "None: the two runs agree in all they share.",
        "Both from (3, 4).",
    )


def test_of_the_second_run_only_what_tells_it_from_the_first_has_maps():
    options = {"epochs": 1, "batch_size": None, "progress": False}
    X, y = mt.datasets.moons(n=6, seed=1)
    runs = {
        name: mt.train(mt.MLP((2, 2, 1), seed=1), X, y, rule=mt.rule("adam", eta=eta), **options)
        for name, eta in (("own", 0.1), ("reference", 0.2))
    }
    show = pair_show(runs, STYLES, 1, Difference(1, "rho", "W^(1)[0, 0]", 0.1, 0.2))
    maps = [panel.field for panel in show.panels if isinstance(panel, Heat)]
    first = [name for name in maps if name.startswith("own.")]
    assert {"own.W", "own.M", "own.V", "own.rho"} <= set(first)
    assert set(maps) - set(first) == {"reference.W", "reference.rho"}
    alone = pair_show({"own": runs["own"]}, STYLES, 1)
    assert not any(" · own" in panel.title for panel in alone.panels if isinstance(panel, Heat))
    assert any(" · own" in panel.title for panel in show.panels if isinstance(panel, Heat))


def test_beside_a_map_one_row_of_coordinates_is_left_to_choose_from(traces):
    show = pair_show(traces, STYLES, 0)
    assert sum(isinstance(panel, Heat) for panel in show.panels) > 1
    mapped = with_map(show, own_landscape(bowl, (-5, 5, -5, 5)))
    assert sum(isinstance(panel, Heat) for panel in mapped.panels) == 1


def test_the_map_has_most_of_its_side():
    def rule(k, G, *, eta=0.1):
        return mt.Quantities(rho=eta * G)

    show = mt.dashboards.own_rule(rule, on="beale").show
    side = [row[0] for row in show.mosaic.split(";")]
    kinds = {letter: show.panels["ABCDEFGH".index(letter)] for letter in side}
    [map_letter] = [letter for letter, panel in kinds.items() if "map" in panel.title]
    assert side.count(map_letter) > len(side) / 2
