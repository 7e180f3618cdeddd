"""Batch sizes against erratic descent: what is drawn against the traces and independent numbers."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study import erratic
from mlpteach.views import Images
from mlpteach.views.packed import unpacked

MOONS = mt.datasets.moons(n=40, seed=1)


@pytest.fixture(scope="module")
def dashboard():
    return mt.dashboards.batches(*MOONS, sizes=(1, 7, None), updates=60, values={"eta": 0.5})


def test_costs_are_those_of_the_trace_and_of_the_network(dashboard):
    series = dashboard.show.series
    X, y = MOONS
    for name, trace in dashboard.traces.items():
        np.testing.assert_array_equal(series[f"{name}.batch"], trace.losses[:60])
        for k in (1, 31, 59):
            place = int(series[f"{name}.full_k"][k - 1])
            J = trace.network(place - 1).loss(X, y)
            assert series[f"{name}.full"][k - 1] == pytest.approx(J, rel=1e-12)
            assert 0 <= k - place < 2
    np.testing.assert_array_equal(series["full.full"], series["full.batch"])


def test_angles_are_those_to_the_gradient_of_all_at_the_same_weights(dashboard):
    """Against a run on the full batch that starts at the same weights."""
    X, y = MOONS
    series, trace = dashboard.show.series, dashboard.traces["7"]
    for k in (1, 3, 59):
        step = trace[k - 1]
        weights = [(step.before.W[layer], step.before.b[layer]) for layer in (1, 2)]
        net = mt.MLP(trace.network(0).sizes, weights=weights)
        [full] = mt.train(
            net,
            X,
            y,
            rule="gd",
            epochs=1,
            batch_size=None,
            progress=False,
            loss=trace.run.problem.loss,
        )
        a, b = full.gradient.flat, step.rho.flat
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        assert series["7.full_k"][k - 1] == k
        assert series["7.angle"][k - 1] == pytest.approx(np.degrees(np.arccos(cosine)), rel=1e-6)
    np.testing.assert_array_equal(series["full.angle"], 0.0)
    assert series["1.mean_angle"][-1] > series["7.mean_angle"][-1] > series["full.mean_angle"][-1]


def test_angles_are_those_between_successive_gradients(dashboard):
    trace = dashboard.traces["7"]
    first, second = trace[9].gradient.flat, trace[10].gradient.flat
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    turn = dashboard.show.series["7.turn"]
    assert turn[10] == pytest.approx(np.degrees(np.arccos(cosine)))
    assert np.isnan(turn[0])
    assert dashboard.show.series["7.mean_turn"][10] == pytest.approx(turn[1:11].mean())


def test_angles_of_any_size():
    first = np.array([[1e300, 0.0], [1e-300, 1e-300], [3.0, 4.0], [np.inf, 1.0]])
    second = np.array([[0.0, 2e-300], [1e300, 0.0], [-3.0, -4.0], [1.0, 1.0]])
    np.testing.assert_array_equal(erratic.angles(first, second), [90.0, 45.0, 180.0, np.nan])
    assert erratic.angles(np.empty((0, 2)), np.empty((0, 2))).shape == (0,)


def test_smaller_batches_are_more_erratic_but_cheaper(dashboard):
    series = dashboard.show.series
    turned = [series[f"{name}.mean_turn"][-1] for name in ("1", "7", "full")]
    assert turned[0] > 60
    assert turned[2] < 15
    assert [series[f"{name}.seen"][-1] for name in ("1", "7", "full")] == [60, 400, 2400]


def test_the_last_batch_of_an_epoch_has_the_rest(dashboard):
    # 40 instances in batches of 7: five of 7 and one of 5
    assert dashboard.show.series["7.seen"][[0, 4, 5, 6]].tolist() == [7, 35, 40, 47]


def test_ways_on_the_plane_keep_the_largest_directions(dashboard):
    """Against NumPy's singular values, from all places instead of some."""
    traces = dashboard.traces.values()
    ways = [np.array([step.before.flat for step in trace.steps(1, 60)]) for trace in traces]
    moved = np.concatenate([W - W[0] for W in ways])
    squares = np.linalg.svd(moved - moved.mean(axis=0), compute_uv=False) ** 2
    flat, share = erratic.largest_directions(ways)
    best = squares[:2].sum() / squares.sum()
    assert 0.98 * best < share <= best * (1 + 1e-9)
    assert [part.shape for part in flat] == [(60, 2)] * 3
    assert all(part[0] == pytest.approx([0.0, 0.0]) for part in flat)
    # A plane shortens distances; here it keeps most of them.
    kept = np.linalg.norm(np.concatenate(flat), axis=1)
    assert (kept <= np.linalg.norm(moved, axis=1) * (1 + 1e-9)).all()
    for name, part in zip(dashboard.traces, flat, strict=True):
        np.testing.assert_allclose(dashboard.show.series[f"{name}.x"], part[:, 0], rtol=1e-9)


def test_ways_that_lie_in_a_plane_are_kept_as_they_are():
    line = np.outer(np.arange(5.0), [3.0, 4.0, 0.0])
    still = np.zeros((2, 3))
    (flat, rest), share = erratic.largest_directions([line, still])
    assert share == pytest.approx(1.0)
    np.testing.assert_allclose(flat, np.outer(5 * np.arange(5.0), [1.0, 0.0]), atol=1e-9)
    np.testing.assert_array_equal(rest, np.zeros((2, 2)))
    assert erratic.largest_directions([still])[1] == 1.0
    assert erratic.largest_directions([still[:1]])[0][0].tolist() == [[0.0, 0.0]]


def test_ways_of_any_size_have_a_plane():
    (flat,), share = erratic.largest_directions([1e300 * np.eye(3)[:2]])
    assert np.isfinite(flat).all()
    assert share == pytest.approx(1.0)


def test_momentum_turns_less_the_more_it_remembers():
    dashboard = mt.dashboards.batches(values={"compare": "momentum"})
    turned = [dashboard.show.series[f"{name}.mean_turn"][-1] for name in dashboard.traces]
    assert list(dashboard.traces) == ["gd", "lecture", "paper"]
    assert turned == pytest.approx([101.7, 67.1, 21.9], abs=0.1)  # as the lecture says
    forms = [str(trace.run.rule) for trace in dashboard.traces.values()]
    assert forms == ["gd (lecture)", "momentum (lecture)", "momentum (paper)"]
    starts = [trace[0].before.flat for trace in dashboard.traces.values()]
    assert all((start == starts[0]).all() for start in starts)


def test_lecture_numbers_of_the_batches():
    series = mt.dashboards.batches().show.series
    assert series["4.full"][99] == pytest.approx(0.68, abs=0.005)
    assert series["4.seen"][99] == 400
    assert series["full.full"][2] == pytest.approx(3.70, abs=0.005)
    assert series["full.seen"][2] == 384


def test_unchanged_runs_are_kept_and_changed_ones_are_new(dashboard):
    before = dashboard.traces
    dashboard.configure(sizes=["1", "7"])
    assert dashboard.traces["7"] is before["7"]
    dashboard.configure(eta=0.25)
    assert dashboard.traces["7"] is not before["7"]
    assert dashboard.traces["7"].run.rule.values["eta"] == 0.25
    dashboard.configure(eta=0.5, sizes=["1", "7", "full"])


def test_run_that_diverges_is_told_and_ends():
    X, _ = MOONS
    net = mt.MLP((2, 8, 1), hidden="relu", output="linear", seed=1)
    start = {"eta": 10.0}
    dashboard = mt.dashboards.batches(
        1e3 * X, X[:, 0], net=net, loss="mse", sizes=(10,), updates=80, values=start
    )
    k = dashboard.traces["10"].diverged.k
    assert 1 < k <= 80
    assert f"10: The run diverged at update k = {k}" in dashboard.show.message
    assert np.isnan(dashboard.show.series["10.batch"][k - 1 :]).all()
    assert dashboard.figure(80) is not None


def test_state_goes_round(dashboard):
    other = mt.dashboards.batches(*MOONS, sizes=(1, 7, None), updates=60)
    dashboard.position = {"k": 33}
    other.state = dashboard.state
    assert other.position == dashboard.position
    np.testing.assert_array_equal(other.numbers, dashboard.numbers)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sizes": 4}, TypeError, "sizes must be batch sizes"),
        ({"sizes": ()}, ValueError, "at least one batch size"),
        ({"sizes": (41,)}, ValueError, "sizes must be a whole number >= 1 and <= 40"),
        ({"sizes": (1.5,)}, TypeError, "sizes must be"),
        ({"updates": 10**6}, ValueError, "updates must be"),
        ({"net": 3}, TypeError, "net must be an mlpteach.MLP"),
        ({"loss": "hinge"}, ValueError, "loss='hinge' is unknown"),
        ({"values": {"sizes": []}}, ValueError, "choose at least one"),
        ({"values": {"eta": -1.0}}, ValueError, "eta must be in"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.batches(*MOONS, **arguments)


def test_sizes_fit_few_instances():
    assert list(mt.dashboards.batches(*mt.datasets.moons(n=20), updates=3).traces) == ["4", "full"]
    one = mt.dashboards.batches([[0.0, 1.0]], [1], updates=3)
    assert list(one.traces) == ["full"]


@pytest.mark.parametrize("compare", ["sizes", "momentum"])
def test_overflow_on_the_way_to_a_divergence_is_quiet(compare):
    values = {"compare": compare, "eta": 1e300}
    mt.dashboards.batches(*mt.datasets.moons(n=40), updates=10, values=values)


@pytest.mark.parametrize("dashboard", [mt.dashboards.batches, mt.dashboards.step_size])
@pytest.mark.parametrize("X", [5.0, {}])
def test_what_is_no_array_is_refused_by_its_name(dashboard, X):
    with pytest.raises((TypeError, ValueError), match="X must"):
        dashboard(X, [0, 1])


def test_batches_of_images_are_seen():
    dashboard = mt.dashboards.batches(updates=6)
    panels = [panel for panel in dashboard.show.panels if isinstance(panel, Images)]
    titles = ["The batch of 4", "The batch of 32", "The batch of 128, its first 64"]
    assert [panel.title for panel in panels] == titles
    frames = dashboard.show.frames
    named = frames.named(frames.read(5, 5))
    for size, trace in ((4, dashboard.traces["4"]), (32, dashboard.traces["32"])):
        X = trace.run.problem.X[trace[4].batch]
        np.testing.assert_allclose(unpacked(named[f"{size}.batch"][0])[:, :64], X + 0.5, atol=0.004)
    dashboard.configure(compare="momentum")  # all on the same batches
    assert [p.title for p in dashboard.show.panels if isinstance(p, Images)] == ["The batch of 4"]
    dashboard.figure(3)


def test_other_data_show_no_images(dashboard):
    assert dashboard.show.frames is None
