"""What the two rules cost on Reddi's examples, added up again in a loop."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import mlpteach as mt
from mlpteach.study import regret
from mlpteach.tables.counterexamples import COUNTEREXAMPLES, project
from mlpteach.views.layers import Line, Note, Path
from mlpteach.views.regret import show_regret

EXAMPLE = COUNTEREXAMPLES["every_third"]
UPDATES = 12


def shown_of(example, traces, updates):
    shown = regret.shown_updates(updates, example.period)
    walks = {id: regret.walk(example, trace.run.rule, None, shown) for id, trace in traces.items()}
    return show_regret(example, walks, shown)


def runs_of(example, updates, ids=("adam", "amsgrad")):
    rules = {id: mt.rule(id, "paper", eta=0.1, beta1=0.0, beta2=0.5) for id in ids}
    return {id: regret.run(example, rule, None, updates) for id, rule in rules.items()}


@pytest.fixture(scope="module")
def traces():
    return runs_of(EXAMPLE, UPDATES)


@pytest.fixture(scope="module")
def show(traces):
    return shown_of(EXAMPLE, traces, UPDATES)


def test_slopes_and_updates_shown(show):
    assert show.steps == 12
    np.testing.assert_array_equal(show.series["update"], np.arange(1, 13))
    np.testing.assert_array_equal(show.series["slope"], [3.0, -1.0, -1.0] * 4)


def test_regret_is_the_mean_of_what_each_place_cost_more_than_the_best(show, traces):
    for id, trace in traces.items():
        total = 0.0
        for k, step in enumerate(trace, start=1):
            slope = 3.0 if k % 3 == 1 else -1.0
            total += slope * (step.before.flat[0] - -1.0)
            assert show.series[f"{id}.regret"][k - 1] == pytest.approx(total / k)
            assert show.series[f"{id}.x"][k - 1] == step.after.flat[0]
            assert show.series[f"{id}.rho"][k - 1] == step.rho.flat[0]


def test_adam_divides_by_the_root_of_its_mean_and_amsgrad_by_that_of_the_greatest(show, traces):
    V, greatest = 0.0, 0.0
    for k, c in enumerate([3.0, -1.0, -1.0] * 4, start=1):
        V = 0.5 * V + 0.5 * c * c
        corrected = V / (1 - 0.5**k)
        assert show.series["adam.divisor"][k - 1] == pytest.approx(np.sqrt(corrected))
        greatest = float(traces["amsgrad"][k - 1].quantities["V_max"].flat[0])
        assert show.series["amsgrad.divisor"][k - 1] == pytest.approx(np.sqrt(greatest))
    assert greatest >= V


def test_the_band_holds_the_regret_of_every_start(show, traces):
    for id, trace in traces.items():
        everybody = []
        for first in range(3):
            slopes = np.roll([3.0, -1.0, -1.0], -first)
            started = mt.descend(
                lambda theta, k, slopes=slopes: (
                    float(slopes[(k - 1) % 3] * theta[0]),
                    slopes[(k - 1) % 3 : (k - 1) % 3 + 1],
                ),
                [1.0], rule=trace.run.rule, steps=UPDATES, project=project,
            )  # fmt: skip
            x = np.array([step.before.flat[0] for step in started])
            costs = np.tile(slopes, 4) * (x + 1.0)
            everybody.append(np.cumsum(costs) / np.arange(1, UPDATES + 1))
        np.testing.assert_allclose(show.series[f"{id}.lowest"], np.min(everybody, axis=0))
        np.testing.assert_allclose(show.series[f"{id}.highest"], np.max(everybody, axis=0))


def test_panels(show):
    track, average, divisor, table, story = show.panels
    assert "with $C = 3$" in story.lines[0]
    # One steep slope of 3 and two of -1: 1/3 on average.
    assert "slope $0.333 > 0$" in story.lines[1]
    assert "all 3 starts" in story.lines[3]
    assert table.rows[0].cells == (
        "adam.x", "adam.regret", "adam.divisor", "adam.rho",
    )  # fmt: skip
    walkers = [layer.x for layer in track.layers if isinstance(layer, Line)]
    assert walkers == ["adam.x", "amsgrad.x"]
    assert track.axes.xlim[0] < -1.0 < 1.0 < track.axes.xlim[1]
    # Three updates a period, but thirty at least.
    assert (divisor.axes.xlim, divisor.axes.xscale) == ((1.0, 30.0), "linear")
    assert divisor.axes.ylim[0] == 0.0
    assert average.axes.xscale == "log"
    assert average.axes.ylim[0] <= 0.0 < average.axes.ylim[1]
    settled = max(show.series[f"{id}.highest"][8:].max() for id in ("adam", "amsgrad"))
    assert settled <= average.axes.ylim[1] <= 2 * settled
    assert all(plot.click == "step" for plot in (average, divisor))


def test_each_rule_walks_on_a_line_from_the_best_place_to_the_worst(show):
    track = show.panels[0]
    lanes = [layer for layer in track.layers if isinstance(layer, Path)]
    assert [lane.x.tolist() for lane in lanes] == [[-1.0, 1.0]] * 2
    heights = [show.series[f"{id}.lane"][0] for id in ("adam", "amsgrad")]
    assert [lane.y.tolist() for lane in lanes] == [[height] * 2 for height in heights]
    assert track.axes.ylim == (0.0, 1.0)
    assert all(0.0 < height < 1.0 for height in heights)
    (best,) = [layer for layer in track.layers if isinstance(layer, Note)]
    assert (best.text, best.x) == ("best place", pytest.approx(-1.0, abs=0.02))
    assert min(heights) < best.y < max(heights)
    target = Figure().subplots()
    track.axes.draw(target)
    assert target.get_yticks().tolist() == []


@pytest.mark.parametrize(
    ("updates", "ends"),
    [
        (6, (1.0, 10.0)),  # a decade at least
        (90, (1.0, 90.0)),
        (91, (9.0, 91.0)),  # more than ten times three periods: from these on
    ],
)
def test_the_first_regrets_are_left_out_where_there_are_many(updates, ends):
    average = shown_of(EXAMPLE, runs_of(EXAMPLE, updates), updates).panels[1]
    assert average.axes.xlim == ends


def test_many_updates_are_shown_as_points():
    traces = runs_of(EXAMPLE, 400)
    show = shown_of(EXAMPLE, traces, 400)
    assert 300 < show.steps < 400
    assert (show.series["update"][-1], show.series["slope"][-1]) == (400, 3.0)


def test_a_run_that_ends_is_told_at_the_first_point_after_its_end():
    def leaves(k, G, *, eta=0.1):
        return {"V_hat": G * G, "rho": np.inf * G if k == 302 else 0.0 * G}

    mine = regret.run(EXAMPLE, mt.rule(leaves), None, 400)
    show = shown_of(EXAMPLE, {"mine": mine, **runs_of(EXAMPLE, 400, ["adam"])}, 400)
    # Updates are shown one by one up to 303.
    assert show.panels[3].rows[0].notes == {302: "diverged at update 302"}
    assert "diverged at update k = 302" in show.message


def test_where_steep_slopes_come_at_random_the_beginning_is_three_hundred_updates():
    example = COUNTEREXAMPLES["at_random"]
    show = shown_of(example, runs_of(example, 20), 20)
    assert "20 draws of the slopes" in show.panels[4].lines[3]
    assert show.panels[2].axes.xlim == (1.0, 303.0)
