"""Step sizes under every schedule: against formulas worked out here, and against the traces."""

import numpy as np
import pytest

import mlpteach as mt

MOONS = mt.datasets.moons(n=40, seed=1)


@pytest.fixture(scope="module")
def dashboard():
    return mt.dashboards.step_size(*MOONS, epochs=6, batch_size=10)


@pytest.fixture(scope="module")
def valley():
    return mt.dashboards.step_size(on="valley")


LECTURE = [id for id, schedule in mt.SCHEDULES.items() if not schedule.beyond_lecture]


def test_the_lectures_schedules_run_from_equal_starts(dashboard):
    assert list(dashboard.traces) == LECTURE
    starts = [trace[0].before.flat for trace in dashboard.traces.values()]
    assert all((start == starts[0]).all() for start in starts)
    batches = [trace[5].batch for trace in dashboard.traces.values()]
    assert all((batch == batches[0]).all() for batch in batches)
    assert dashboard.show.steps == 24
    assert dashboard.show.per_epoch == 4


def test_step_sizes_are_those_of_the_formulas(valley):
    values = {"valley.eta": 0.02, "cooling.eps": 0.1, "exponential.d": 0.01}
    valley.configure(**values, **{"staircase.d": 0.5, "staircase.k_d": 30})
    series, k = valley.show.series, np.arange(1, 201)
    np.testing.assert_allclose(series["constant.eta"], 0.02)
    np.testing.assert_allclose(series["cooling.eta"], 0.02 / (1 + 0.1 * k))
    np.testing.assert_allclose(series["exponential.eta"], 0.02 ** (1 + 0.01 * k))
    np.testing.assert_allclose(series["staircase.eta"], 0.02 * 0.5 ** (k // 30))


@pytest.mark.parametrize("on", ["data", "rosenbrock"])
def test_series_are_those_of_the_trace(dashboard, on):
    dashboard.configure(on=on)
    series = dashboard.show.series
    for id, trace in dashboard.traces.items():
        assert len(trace) == dashboard.show.steps
        np.testing.assert_array_equal(series[f"{id}.J"], trace.losses)
        etas = [trace.run.eta * step.factor for step in trace]
        np.testing.assert_allclose(series[f"{id}.eta"], etas, rtol=1e-15)
    dashboard.configure(on="data")


def test_means_stand_at_the_ends_of_the_epochs(dashboard):
    trace, series = dashboard.traces["cooling"], dashboard.show.series
    assert np.isnan(series["cooling.mean"][:3]).all()
    assert series["cooling.mean"][3] == pytest.approx(trace.losses[:4].mean())
    assert series["cooling.mean"][10] == pytest.approx(trace.losses[4:8].mean())
    assert series["cooling.mean_k"][[3, 6, 7, 23]].tolist() == [4, 4, 8, 24]


def test_shrinking_is_marked_where_the_cost_did_not_fall():
    dashboard = mt.dashboards.step_size(on="valley", values={"adaptive.shrink": 0.9})
    series, J = dashboard.show.series, dashboard.traces["adaptive"].losses
    expected = np.concatenate([[False], J[1:] >= J[:-1]])
    assert expected.sum() == 3
    np.testing.assert_array_equal(np.isfinite(series["adaptive.shrinks"]), expected)
    np.testing.assert_array_equal(series["adaptive.shrinks_J"][expected], J[expected])
    assert dashboard.show.panels[-1].rows[-1].notes == {
        2: "shrunk 1 ×",
        3: "shrunk 2 ×",
        4: "shrunk 3 ×",
    }
    assert np.isnan(series["constant.shrinks"]).all()


def test_lecture_numbers_of_the_network():
    dashboard = mt.dashboards.step_size()
    series = dashboard.show.series
    assert (np.flatnonzero(np.isfinite(series["adaptive.shrinks"])) + 1).tolist() == [304]
    last = {id: round(float(series[f"{id}.mean"][-1]), 2) for id in LECTURE}
    assert (last["adaptive"], last["constant"]) == (0.13, 0.3)
    assert series["exponential.eta"][-1] == pytest.approx(9.2, abs=0.05)
    dashboard.configure(**{"data.eta": 0.5})
    assert dashboard.show.series["exponential.eta"][-1] < 0.5
    assert np.isnan(dashboard.show.series["adaptive.shrinks"]).all()


def test_lecture_numbers_of_the_landscapes():
    valley = mt.dashboards.step_size(*MOONS, on="valley")
    assert (valley.values["valley.eta"], valley.traces["adaptive"].factors[2]) == (0.025, 0.5)
    assert valley.show.series["constant.J"][-1] > 1e50
    assert valley.show.series["adaptive.J"][-1] < 0.1
    rosenbrock = mt.dashboards.step_size(*MOONS, on="rosenbrock")
    assert set(rosenbrock.traces["adaptive"].factors[1:]) == {0.5}
    last = {id: round(float(rosenbrock.traces[id].losses[-1]), 1) for id in LECTURE}
    assert (last["adaptive"], last["constant"]) == (3.1, 1.2)


def test_only_the_schedule_that_was_tuned_runs_again(dashboard):
    before = dashboard.traces
    dashboard.configure(**{"cooling.eps": 0.2})
    assert dashboard.traces["constant"] is before["constant"]
    assert dashboard.traces["cooling"] is not before["cooling"]
    assert dashboard.traces["cooling"].run.schedule.values["eps"] == 0.2


def test_another_rule_and_fewer_schedules(dashboard):
    other = mt.dashboards.step_size(
        *MOONS, rule="adam", epochs=1, values={"schedules": ["adaptive", "cooling"]}
    )
    assert list(other.traces) == ["cooling", "adaptive"]
    assert other.values["data.eta"] == 0.001
    assert str(other.trace.run.rule) == "adam (lecture)"
    lecture = mt.dashboards.step_size(*MOONS, rule=mt.rule("momentum"), epochs=1)
    assert lecture.trace.run.eta == 0.1


def test_every_schedule_is_listed_and_runs(dashboard):
    other = mt.dashboards.step_size(*MOONS, epochs=2, values={"schedules": list(mt.SCHEDULES)})
    assert list(other.traces) == list(mt.SCHEDULES)
    titles = dict(control(other, "schedules")["options"])
    assert titles["cosine"] == "cosine*"
    assert titles["cooling"] == "cooling"


@pytest.mark.parametrize("id", mt.LANDSCAPES)
def test_every_landscape_is_listed_and_runs(id):
    dashboard = mt.dashboards.step_size(*MOONS, on=id, updates=30)
    assert dict(control(dashboard, "on")["options"])[id] == mt.LANDSCAPES[id].menu_title
    assert dashboard.trace[0].before.flat == pytest.approx(mt.LANDSCAPES[id].start)


def test_a_step_asked_for_is_kept_and_an_id_gets_one_that_suits():
    given = mt.dashboards.step_size(*MOONS, rule=mt.rule("adam", eta=0.3), on="beale")
    assert given.trace.run.eta == 0.3
    suited = mt.dashboards.step_size(*MOONS, rule="adam", on="beale")
    assert suited.trace.run.eta == pytest.approx(2.5 * 0.1)


def test_a_rule_that_needs_layers_is_offered_no_landscape():
    dashboard = mt.dashboards.step_size(*MOONS, rule="muon", epochs=1)
    assert list(dict(control(dashboard, "on")["options"])) == ["data"]
    with pytest.raises(ValueError, match="allowed: data"):
        mt.dashboards.step_size(*MOONS, rule="muon", on="valley")


def control(dashboard, name):
    return next(one for one in dashboard.spec["controls"] if one["name"] == name)


def test_run_that_diverges_is_told_and_ends():
    dashboard = mt.dashboards.step_size(on="rosenbrock", values={"rosenbrock.eta": 0.5})
    trace = dashboard.traces["constant"]
    k = trace.diverged.k
    assert f"constant: The run diverged at update k = {k}" in dashboard.show.message
    assert dashboard.show.panels[-1].rows[0].notes == {k: f"diverged at update {k}"}
    assert np.isnan(dashboard.show.series["constant.J"][k - 1 :]).all()
    dashboard.figure(200).draw_without_rendering()


def test_state_goes_round(dashboard):
    other = mt.dashboards.step_size(*MOONS, epochs=6, batch_size=10)
    dashboard.configure(**{"staircase.k_d": 3, "tune": "staircase"})
    dashboard.position = {"k": 9}
    other.state = dashboard.state
    assert other.values == dashboard.values
    np.testing.assert_array_equal(other.numbers, dashboard.numbers)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"on": "beal"}, ValueError, "on='beal' is unknown; allowed: data, beale, saddle, valley"),
        ({"rule": "lbfgs"}, ValueError, "rule must have a step size"),
        ({"rule": mt.rule("adadelta", "paper")}, ValueError, "rule must have a step size"),
        ({"updates": 0}, ValueError, "updates must be"),
        ({"epochs": 0}, ValueError, "epochs must be"),
        ({"values": {"cooling.eps": -1.0}}, ValueError, "eps must be in"),
        ({"values": {"schedules": ["warm"]}}, ValueError, "schedules must be one of constant"),
        ({"values": {"schedules": []}}, ValueError, "choose at least one schedule"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.step_size(*MOONS, **arguments)
