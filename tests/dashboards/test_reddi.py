"""Reddi's examples on a dashboard: what is shown, against the trace and the paper."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study import regret
from mlpteach.study.regret import shown_updates
from mlpteach.tables.counterexamples import COUNTEREXAMPLES


@pytest.fixture(scope="module")
def dashboard():
    return mt.dashboards.reddi()


def test_shows_the_numbers_of_the_reference(dashboard):
    series = dashboard.show.series
    assert series["update"][-1] == 10_000
    assert series["adam.x"][-1] == pytest.approx(0.99895, abs=5e-6)
    assert series["amsgrad.x"][-1] == -1.0


def test_shown_values_are_those_of_the_traces(dashboard):
    series = dashboard.show.series
    for i in (0, 1, 2, 150, 303, 400, -1):
        k = int(series["update"][i])
        for id, moment in (("adam", "V_hat"), ("amsgrad", "V_max")):
            step = dashboard.traces[id][k - 1]
            assert series[f"{id}.x"][i] == step.after.flat[0]
            assert series[f"{id}.rho"][i] == step.rho.flat[0]
            assert series[f"{id}.divisor"][i] == np.sqrt(step.quantities[moment].flat[0])
            assert series["slope"][i] == step.gradient.flat[0]


def test_first_three_updates_by_hand(dashboard):
    # V_1 = 0.9 * 9, V_2 = 0.1 V_1 + 0.9, V_3 = 0.1 V_2 + 0.9; AMSGrad keeps V_1.
    series = dashboard.show.series
    adam = np.sqrt([8.1, 1.71, 1.071])
    np.testing.assert_allclose(series["adam.divisor"][:3], adam, rtol=1e-12)
    np.testing.assert_allclose(series["amsgrad.divisor"][:3], np.sqrt([8.1] * 3), rtol=1e-12)
    steps = 0.1 / np.sqrt([1, 2, 3]) * [3, -1, -1]
    np.testing.assert_allclose(series["adam.rho"][:3], steps / adam, rtol=1e-12)
    expected = 1 - np.cumsum(steps / np.sqrt(8.1))
    np.testing.assert_allclose(series["amsgrad.x"][:3], expected, rtol=1e-12)


@pytest.mark.parametrize(("start", "first", "last"), [(1.0, 6.0, 2 * (3 - 2) / 3), (-1.0, 0, 0)])
def test_regret_of_standing_still_is_the_mean_slope_times_the_way_to_the_best(start, first, last):
    frozen = mt.rule("adam", form="paper", eta=1e-300)
    shown = shown_updates(30)
    series = regret.walk(COUNTEREXAMPLES["every_third"], frozen, None, shown, start).series
    assert series["regret"][0] == first
    assert series["regret"][-1] == pytest.approx(last)


@pytest.mark.parametrize("steps", [1, 2, 303, 304, 310, 5_000, 1_000_000])
@pytest.mark.parametrize("period", [1, 3, 101])
def test_shown_updates_grow_and_end_at_the_last(steps, period):
    shown = shown_updates(steps, period)
    assert shown == sorted(set(shown))
    assert shown[: min(steps, 303)] == list(range(1, min(steps, 303) + 1))
    assert shown[-1] == steps
    assert all(k % period == 0 for k in shown[303:-1])
    assert len(shown) < 800


def alone(example, id, phase, shown, **settings):
    """Return the average regret of one start, run by itself from another slope on."""

    def objective(theta, k):
        slope = example.slope(k + phase)
        return slope * float(theta[0]), np.array([slope])

    hypers = {"eta": 0.1, "beta1": 0.0, "beta2": 0.1, "eps": 0.0}
    form = {"form": "paper", "bias_correction": False} if id == "adam" else {}
    trace = mt.descend(
        objective, [1.0], rule=mt.rule(id, **form, **hypers), steps=shown[-1],
        schedule=lambda eta, k: eta / np.sqrt(k), project=lambda x: np.clip(x, -1.0, 1.0),
    )  # fmt: skip
    x = np.array([step.before.flat[0] for step in trace])
    gaps = np.array([example.slope(k + phase) for k in range(1, len(x) + 1)]) * (x + 1.0)
    return np.cumsum(gaps)[np.array(shown) - 1] / shown


def test_the_band_holds_every_start_of_the_period():
    dashboard = mt.dashboards.reddi(updates=400)
    series = dashboard.show.series
    shown = series["update"].astype(int)
    for id in ("adam", "amsgrad"):
        starts = [alone(COUNTEREXAMPLES["every_third"], id, phase, shown) for phase in range(3)]
        np.testing.assert_allclose(series[f"{id}.lowest"], np.min(starts, axis=0), rtol=1e-9)
        np.testing.assert_allclose(series[f"{id}.highest"], np.max(starts, axis=0), rtol=1e-9)
        assert (series[f"{id}.regret"] <= series[f"{id}.highest"] + 1e-12).all()


@pytest.mark.parametrize(("example", "starts"), [("every_101st", 101), ("at_random", 20)])
def test_starts_are_told_in_words_and_differ(example, starts):
    dashboard = mt.dashboards.reddi(example, updates=500)
    words = next(p for p in dashboard.show.panels if type(p).__name__ == "Text")
    assert any(f"{starts} " in line for line in words.lines)
    series = dashboard.show.series
    assert series["adam.lowest"][-1] < series["adam.highest"][-1]
    assert (series["adam.regret"] >= series["adam.lowest"] - 1e-12).all()


def test_two_walkers_are_on_one_track(dashboard):
    track = dashboard.show.panels[0]
    low, high = track.axes.xlim
    assert -1.2 < low < -1
    assert 1 < high < 1.2
    walkers = [layer for layer in track.layers if type(layer).__name__ == "Line"]
    assert [walker.x for walker in walkers] == ["adam.x", "amsgrad.x"]


def test_second_example_has_parameters_of_its_own():
    dashboard = mt.dashboards.reddi("every_101st", updates=2_000)
    own = {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "C": 1010.0, "cooled": False}
    for name, value in own.items():
        assert dashboard.values[f"every_101st.{name}"] == value
    rule = mt.rule("adam", form="paper", eta=0.01, beta1=0.9, beta2=0.99, eps=0.0)
    trace = mt.descend(COUNTEREXAMPLES["every_101st"], [1.0], rule=rule, steps=2_000,
                       project=lambda x: np.clip(x, -1.0, 1.0))  # fmt: skip
    assert dashboard.traces["adam"][-1].after.flat[0] == trace[-1].after.flat[0]


def test_long_memory_brings_adam_home():
    dashboard = mt.dashboards.reddi(beta2=0.99)
    assert dashboard.show.series["adam.x"][-1] == -1.0


def test_state_gives_the_same_picture_again():
    first = mt.dashboards.reddi("at_random", updates=1_000, seed=4, beta2=0.9)
    first.position = {"k": 200}
    second = mt.dashboards.reddi(seed=4)
    second.state = first.state
    assert second.numbers == first.numbers
    assert second.position == first.position
    assert second.values["updates"] == "1000"


def test_figure_and_saved_page(dashboard, tmp_path):
    drawn = dashboard.figure(3)
    words = " ".join(text.get_text() for part in drawn.findobj() if hasattr(part, "texts")
                     for text in part.texts)  # fmt: skip
    assert {"AMSGrad", "0.93972"} <= set(words.split())
    assert dashboard.save_html(tmp_path / "reddi.html").stat().st_size < 3_000_000


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"example": "every_second"}, ValueError, "example='every_second' is unknown"),
        ({"C": 2.0}, ValueError, r"C must be in \(2, inf\); given 2"),
        ({"beta2": 1.0}, ValueError, "beta2 must be in"),
        ({"start": 1.5}, ValueError, r"start must be in \[-1, 1\]; given 1.5"),
        ({"updates": 0}, ValueError, "updates must be a whole number >= 1"),
        ({"updates": 10**9}, ValueError, "updates must be a whole number >= 1 and <= 10000000"),
        ({"cooled": 1}, TypeError, "cooled must be True or False"),
        ({"seed": 0.5}, TypeError, "seed"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.reddi(**arguments)


@pytest.mark.parametrize("example", ["every_third", "every_101st", "at_random"])
def test_a_run_beside_all_starts_is_the_run_alone_to_the_bit(example):
    """What is looked at is that of a run of its own, also at updates that were computed again."""
    reddi = mt.dashboards.reddi(example, updates=700)
    settings = reddi.show.traces["adam"].run
    for trace in reddi.traces.values():
        alone = mt.descend(
            settings.problem.objective, [1.0], rule=trace.run.rule, steps=700,
            schedule=trace.run.schedule, project=lambda x: np.clip(x, -1.0, 1.0),
        )  # fmt: skip
        np.testing.assert_array_equal(trace.losses, alone.losses)
        for k in (1, 2, 97, 350, 699, 700):
            ours, theirs = trace[k - 1], alone[k - 1]
            assert ours.after.flat[0] == theirs.after.flat[0]
            for name, value in theirs.quantities.items():
                assert ours.quantities[name].flat[0] == value.flat[0]
            assert (ours.factor, ours.epoch) == (theirs.factor, theirs.epoch)


@pytest.mark.parametrize("example", ["every_third", "every_101st", "at_random"])
def test_long_runs_are_cut_into_pieces_without_a_trace(example, monkeypatch):
    shown = shown_updates(700)
    settings = {"eta": 0.05, "beta1": 0.5, "beta2": 0.99}
    arguments = COUNTEREXAMPLES[example], mt.rule("amsgrad", **settings), "cooling", shown
    whole = regret.walk(*arguments)
    monkeypatch.setattr(regret, "_PIECE", 300)
    pieces = regret.walk(*arguments)
    np.testing.assert_array_equal(pieces.band, whole.band)
    np.testing.assert_array_equal(pieces.trace.losses, whole.trace.losses)
    assert [step.after.flat[0] for step in pieces.trace] == [s.after.flat[0] for s in whole.trace]
    for name, values in pieces.series.items():
        np.testing.assert_array_equal(values, whole.series[name])


def test_where_a_start_leaves_the_numbers_the_run_alone_is_shown():
    reddi = mt.dashboards.reddi(updates=40, eta=1.7e308, cooled=False)
    assert reddi.traces["adam"].diverged.k <= 40
    assert np.isnan(reddi.show.series["adam.highest"][-1])
