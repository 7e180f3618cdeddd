"""Demo 07: four ways from equal starts, and what each of them costs."""

from importlib import import_module

import numpy as np
import pytest

import mlpteach as mt

X, Y = mt.datasets.moons(n=60, seed=1)


@pytest.fixture(scope="module")
def dashboard():
    return mt.dashboards.four_ways(X, Y, epochs=5, values={"batch_size": 10})


def test_four_ways_start_equal_and_see_the_same_batches(dashboard):
    traces = dashboard.traces
    assert list(traces) == ["minibatch", "momentum", "adaptive", "lbfgs"]
    starts = [trace[0].before.flat for trace in traces.values()]
    assert all((start == starts[0]).all() for start in starts)
    for k in range(25):
        batch = traces["minibatch"][k].batch
        assert (traces["momentum"][k].batch == batch).all()
        assert (traces["adaptive"][k].batch == batch).all()
    assert len(traces["lbfgs"][0].batch) == 48


def test_series_are_those_of_the_trace(dashboard):
    series = dashboard.show.series
    for name, trace in dashboard.traces.items():
        np.testing.assert_array_equal(series[f"{name}.loss"], trace.history["loss"])
        accuracy = trace.history["validation_accuracy"]
        np.testing.assert_array_equal(series[f"{name}.accuracy"], accuracy)
        assert series[f"{name}.evaluations"][-1] == trace.evaluations.sum()
        assert f"{name}.seconds" not in series  # nobody looked at a clock


def test_validation_is_a_part_that_is_not_learned_from(dashboard):
    problem = dashboard.trace.run.problem
    X_val, _ = problem.validation
    assert (len(problem.X), len(X_val)) == (48, 12)
    rows = {row.tobytes() for row in np.concatenate([problem.X, X_val])}
    assert rows == {row.tobytes() for row in X}


def test_evaluations_and_passes_are_counted(dashboard):
    series = dashboard.show.series
    # 48 instances in batches of 10: four of 10 and one of 8
    assert series["minibatch.evaluations"].tolist() == [5, 10, 15, 20, 25]
    assert series["minibatch.passes"].tolist() == [1, 2, 3, 4, 5]
    lbfgs = dashboard.traces["lbfgs"]
    np.testing.assert_array_equal(series["lbfgs.passes"], np.cumsum(lbfgs.evaluations))
    assert series["lbfgs.evaluations"][0] >= 2


def test_axis_is_chosen_without_running_again(dashboard):
    before = dashboard.traces
    for against, scale in (("evaluations", "log"), ("passes", "linear"), ("seconds", "linear")):
        dashboard.configure(against=against)
        assert dashboard.traces["lbfgs"] is before["lbfgs"]
        plot = dashboard.show.panels[0]
        assert plot.axes.xscale == scale
        assert [layer.x for layer in plot.layers] == [f"{name}.{against}" for name in before]
    dashboard.configure(against="epoch")


def test_seconds_are_timed_anew_for_all_ways_or_for_none(monkeypatch):
    dashboard = mt.dashboards.four_ways(X, Y, epochs=2)
    asked, module = [], import_module("mlpteach.dashboards.four_ways")
    timed = module.median_seconds

    def noted(traces):
        asked.append(list(traces))
        return timed(traces)

    monkeypatch.setattr(module, "median_seconds", noted)
    dashboard.configure(against="seconds")
    series = dashboard.show.series
    first = {name: series[f"{name}.seconds"] for name in dashboard.traces}
    assert all((np.diff([0.0, *seconds]) > 0).all() for seconds in first.values())
    assert dashboard.show.panels[2].columns[-1] == "seconds"
    assert "3 times" in dashboard.show.panels[-1].lines[-1]
    dashboard.configure(against="epoch")
    dashboard.configure(against="seconds")
    assert asked == [list(dashboard.traces)]  # the same runs: the same picture
    dashboard.configure(**{"momentum.eta": 0.2})
    assert asked == [list(dashboard.traces)] * 2
    assert (dashboard.show.series["lbfgs.seconds"] != first["lbfgs"]).any()
    dashboard.configure(against="epoch", **{"momentum.eta": 0.3})
    assert "minibatch.seconds" not in dashboard.show.series


def test_form_of_momentum_is_chosen(dashboard):
    assert str(dashboard.traces["momentum"].run.rule) == "momentum (paper)"
    dashboard.configure(form="lecture")
    assert str(dashboard.traces["momentum"].run.rule) == "momentum (lecture)"
    assert dashboard.show.panels[2].rows[1].label == "momentum (slide)"
    dashboard.configure(form="paper")


def test_adaptive_way_shrinks_its_step(dashboard):
    dashboard.configure(**{"adaptive.eta": 10.0, "adaptive.shrink": 0.25})
    run = dashboard.traces["adaptive"].run
    assert (run.rule.values["eta"], run.schedule.values["shrink"]) == (10.0, 0.25)
    assert dashboard.traces["minibatch"].run.schedule.id == "constant"


def test_further_rules_and_own_validation():
    dashboard = mt.dashboards.four_ways(
        X, Y, epochs=2, validation=(X[:7], Y[:7]), rules={"Adam": mt.rule("adam", eta=0.01)}
    )
    assert list(dashboard.traces)[-1] == "Adam"
    problem = dashboard.traces["Adam"].run.problem
    assert (len(problem.X), len(problem.validation[0])) == (60, 7)
    assert dashboard.show.panels[2].rows[-1].label == "Adam"


def test_own_rules_of_the_same_name_are_told_apart():
    def mine(k, G, *, eta=0.1):
        return mt.Quantities(rho=eta * G)

    ways = {"one": mine, "two": mt.rule(mine, eta=0.5)}
    traces = mt.dashboards.four_ways(X, Y, epochs=2, rules=ways).traces
    assert traces["one"].run.rule.values != traces["two"].run.rule.values


def test_run_that_diverges_is_told_and_ends():
    net = mt.MLP((2, 8, 1), hidden="relu", output="linear", seed=1)
    dashboard = mt.dashboards.four_ways(
        1e3 * X, X[:, 0], net=net, loss="mse", epochs=8, values={"minibatch.eta": 10.0}
    )
    trace = dashboard.traces["minibatch"]
    assert (
        f"mini-batch: The run diverged at update k = {trace.diverged.k}" in dashboard.show.message
    )
    row = dashboard.show.panels[2].rows[0]
    (epoch,) = row.notes
    assert epoch == trace.epochs + 1
    assert np.isnan(dashboard.show.series["minibatch.loss"][trace.epochs :]).all()
    assert dashboard.figure(8) is not None


def test_lecture_numbers():
    series = mt.dashboards.four_ways().show.series
    accuracy = {name: series[f"{name}.accuracy"][-1] for name in ("minibatch", "momentum", "lbfgs")}
    assert accuracy == pytest.approx(
        {"minibatch": 0.969, "momentum": 0.967, "lbfgs": 0.947}, abs=0.006
    )
    assert series["lbfgs.evaluations"][-1] == series["lbfgs.passes"][-1] == 40
    assert (series["minibatch.evaluations"][-1], series["minibatch.passes"][-1]) == (900, 20)


def test_state_goes_round(dashboard):
    other = mt.dashboards.four_ways(X, Y, epochs=5)
    dashboard.position = {"k": 4}
    other.state = dashboard.state
    assert other.values == dashboard.values
    assert other.position["k"] == 4


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"validation": 1.5}, ValueError, "validation must be in"),
        ({"validation": 1e-6}, ValueError, "validation must leave instances on both sides"),
        ({"validation": (X,)}, TypeError, "validation must be the pair"),
        ({"rules": ["adam"]}, TypeError, "rules must be a dict"),
        ({"rules": {"lbfgs": "adam"}}, ValueError, "a name of its own"),
        ({"rules": {"A": "adamm"}}, ValueError, "Did you mean 'adam'"),
        ({"against": "time"}, ValueError, "against='time' is unknown"),
        ({"epochs": 0}, ValueError, "epochs must be"),
        ({"seed": -1}, ValueError, "seed must be"),
        ({"values": {"minibatch.eta": 0.0}}, ValueError, "eta must be in"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.four_ways(X, Y, **arguments)


def test_the_digits_have_the_step_sizes_chosen_by_hand_however_they_are_given():
    X, y = mt.datasets.digits()
    by_hand = mt.dashboards.four_ways(epochs=1).values
    assert mt.dashboards.four_ways(X.copy(), y, epochs=1).values == by_hand
    assert mt.dashboards.four_ways(X[:600], y[:600], epochs=1).values != by_hand
