"""The cost lab: both runs against the engine, and what is the same in back propagation."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import mlpteach as mt
from mlpteach.views import Heat, Images, Plot, cost_lines
from mlpteach.views.cost_lines import by_lines_of, lab_history, passes_of
from mlpteach.views.two_costs import line_formulas

MOONS = mt.datasets.moons(n=50, seed=1)
SPIRALS = mt.datasets.spirals(n=90, arms=3, seed=2)


@pytest.fixture(scope="module")
def lab():
    return mt.dashboards.cost_lab(*SPIRALS, epochs=3, batch_size=16, eta=0.5)


def maps(lab, k):
    return {
        name: field[0] for name, field in lab.show.frames.named(lab.show.frames.read(k, k)).items()
    }


def test_trains_as_two_calls_of_train_do(lab):
    mse, cross_entropy = lab.traces.values()
    assert list(lab.traces) == ["MSE", "cross-entropy"]
    for loss, trace in (("mse", mse), ("cross_entropy", cross_entropy)):
        problem = trace.run.problem
        assert problem.loss.id == loss
        again = mt.train(
            mt.MLP((2, 30, 3), seed=1), problem.X, problem.Y.T, loss=loss,
            rule=mt.rule("gd", eta=0.5), epochs=3, batch_size=16, progress=False,
        )  # fmt: skip
        np.testing.assert_array_equal(trace[-1].after.flat, again[-1].after.flat)
        np.testing.assert_array_equal(lab.show.series[f"{loss}.J"], again.losses)


def test_starts_and_batches_are_equal(lab):
    for first, second in zip(*lab.traces.values(), strict=True):
        np.testing.assert_array_equal(first.batch, second.batch)
    first, second = (trace[0] for trace in lab.traces.values())
    np.testing.assert_array_equal(first.before.flat, second.before.flat)


@pytest.mark.parametrize("k", [1, 4, 5, 15])
def test_maps_are_those_of_the_traces(lab, k):
    shown = maps(lab, k)
    for run, trace in zip(("mse", "cross_entropy"), lab.traces.values(), strict=True):
        for layer in (2, 1):
            V = trace[k - 1].sensitivity[layer]
            map = shown[f"V{layer}.{run}"]
            np.testing.assert_array_equal(map[:, : V.shape[1]], V)
            assert np.isnan(map[:, V.shape[1] :]).all()


def test_sensitivities_are_those_of_the_slide(lab):
    """-2 (Y - A) * A * (1 - A) and A - Y, written out."""
    mse, cross_entropy = (trace[2] for trace in lab.traces.values())
    Y = lab.trace.run.problem.Y[:, mse.batch]
    A = mse.A[3]
    np.testing.assert_allclose(mse.sensitivity[2], -2 * (Y - A) * A * (1 - A), rtol=1e-12)
    np.testing.assert_array_equal(cross_entropy.sensitivity[2], cross_entropy.A[3] - Y)


def test_first_update_differs_in_the_last_sensitivity_and_what_follows_it(lab):
    series = lab.show.series
    differs = {line: series[f"{line}.difference"][0] for line in ("A2", "A3", "V2", "V1", "G2")}
    assert differs["A2"] == differs["A3"] == 0
    assert min(differs["V2"], differs["V1"], differs["G2"]) > 0
    assert series["A3.difference"][1] > 0  # other weights by now


@pytest.mark.parametrize("weights", ["own", "first"])
def test_only_the_last_sensitivity_is_off_the_lines_of_mse(lab, weights):
    lab.configure(weights=weights)
    series = lab.show.series
    assert (series["V2.off"] > 0.01).all()
    for line in ("A2", "A3", "V1", "G2", "G1"):
        assert series[f"{line}.off"].max() < 1e-15
    lab.configure(weights="own")


def test_both_at_the_weights_of_mse(lab):
    lab.configure(weights="first")
    k, shown, series = 9, maps(lab, 9), lab.show.series
    step, problem = lab.traces["MSE"][k - 1], lab.trace.run.problem
    rows = step.batch
    wanted = step.A[3] - problem.Y[:, rows]
    np.testing.assert_array_equal(shown["V2.cross_entropy"][:, : rows.size], wanted)
    back = step.before.W[2].T @ wanted * step.A[2] * (1 - step.A[2])
    np.testing.assert_allclose(shown["V1.cross_entropy"][:, : rows.size], back, atol=1e-16)
    assert not series["A2.difference"].any()
    assert not series["A3.difference"].any()
    ratio = shown["V2.mse"] / shown["V2.cross_entropy"]
    np.testing.assert_allclose(ratio[:, : rows.size], 2 * step.A[3] * (1 - step.A[3]), rtol=1e-12)
    lab.configure(weights="own")


def test_sizes_are_root_mean_squares(lab):
    step = lab.traces["cross-entropy"][6]
    size = np.sqrt((step.sensitivity[1] ** 2).mean())
    assert lab.show.series["V1.cross_entropy"][6] == pytest.approx(size, rel=1e-12)
    size = np.sqrt((step.gradient.W[2] ** 2).mean())
    assert lab.show.series["G2.cross_entropy"][6] == pytest.approx(size, rel=1e-12)


def test_validation_accuracy_is_that_of_the_last_whole_epoch(lab):
    trace = lab.traces["cross-entropy"]
    shown, per_epoch = lab.show.series["cross_entropy.validation"], 5
    X, Y = trace.run.problem.validation
    for k, updates in ((1, 0), (4, 0), (5, 5), (9, 5), (15, 15)):
        net = trace.network(updates)
        assert shown[k - 1] == net.accuracy(X, Y.T)
    assert lab.show.per_epoch == per_epoch
    assert len(X) == 18


def test_long_histories_are_read_when_they_are_looked_at(lab, monkeypatch):
    kept = lab.show.frames.read(3, 5)
    monkeypatch.setattr("mlpteach.views.cost_lines._KEPT_BYTES", 0)
    runs = dict(zip(("mse", "cross_entropy"), lab.traces.values(), strict=True))
    for same_weights in (False, True):
        _, frames = lab_history(runs, same_weights)
        read = frames.read(3, 5)
        assert read.shape == kept.shape
        assert same_weights != np.array_equal(read, kept, equal_nan=True)


def test_a_deeper_network_has_all_its_lines():
    net = mt.MLP((2, 4, 5, 1), hidden=("tanh", "relu"), seed=1)
    lab = mt.dashboards.cost_lab(*MOONS, net=net, epochs=1, rule="adam", eta=0.01)
    names = [name for name, id, _ in line_formulas(mt.LOSSES, 3) if not id]
    assert names == ["A2", "A3", "A4", "V2", "V1", "G3", "G2", "G1"]
    assert all(lab.show.series[f"{name}.off"].max() < 1e-15 for name in names)
    assert set(lab.show.frames.fields) == {
        "V3.mse", "V3.cross_entropy", "V1.mse", "V1.cross_entropy"
    }  # fmt: skip
    assert "init" not in lab.values


def test_a_single_layer_is_a_network_too():
    lab = mt.dashboards.cost_lab(*MOONS, net=mt.MLP((2, 1), seed=1), epochs=1)
    assert list(lab.show.frames.fields) == ["V1.mse", "V1.cross_entropy"]
    assert [panel["kind"] for panel in lab.spec["panels"]].count("heat") == 2


def test_a_wrong_line_would_be_seen():
    net = mt.MLP((2, 4, 1), seed=1)
    trace = mt.train(net, *MOONS, loss="mse", epochs=1, progress=False)
    step = trace[0]
    passes = passes_of(step)
    wrong = passes._replace(sensitivity={2: step.sensitivity[2], 1: 2 * step.sensitivity[1]})
    lines = by_lines_of(trace.run.problem, np.zeros((1, len(step.batch))), wrong)
    assert np.abs(lines["V1"] - wrong.lines["V1"]).max() > 1e-3


@pytest.mark.parametrize("init", ["uniform", "zeros"])
def test_first_weights_can_be_chosen(init):
    lab = mt.dashboards.cost_lab(*MOONS, epochs=1, seed=3)
    lab.configure(init=init)
    wanted = mt.MLP((2, 30, 1), init=init, seed=3)
    np.testing.assert_array_equal(lab.trace[0].before.flat, wanted.parameters.flat)


def test_marks_the_one_changed_line(lab):
    text = lab.show.panels[-1]
    marked = [text.lines[i] for i in text.marked]
    assert [line.partition(":")[0] for line in marked] == ["MSE", "cross-entropy"]
    assert "one line of 6" in text.title
    assert len(text.lines) == 7


def test_every_cost_that_fits_the_targets_is_listed(lab):
    assert set(options(lab, "first")) == set(options(lab, "second")) == set(mt.LOSSES)
    single = mt.dashboards.cost_lab(*MOONS, epochs=1)  # one output is no distribution
    fitting = {id for id, loss in mt.LOSSES.items() if loss.targets != "distribution"}
    assert set(options(single, "first")) == fitting
    assert set(options(single, "init")) == set(mt.INITIALIZERS)


def options(lab, name):
    control = next(one for one in lab.spec["controls"] if one["name"] == name)
    return [option for option, _ in control["options"]]


def test_a_cost_asked_for_twice_changes_places(lab):
    lab.configure(second="softmax_cross_entropy")
    assert list(lab.traces) == ["MSE", "softmax cross-entropy"]
    lab.configure(first="softmax_cross_entropy")
    assert list(lab.traces) == ["softmax cross-entropy", "MSE"]
    lab.configure(second="softmax_cross_entropy")
    assert list(lab.traces) == ["MSE", "softmax cross-entropy"]
    lab.configure(second="cross_entropy")


def test_an_own_sensitivity_and_another_output():
    def late(Y, A):
        return -2 * (Y - A)

    net = mt.MLP((2, 5, 3), output="softmax", seed=1)
    lab = mt.dashboards.cost_lab(*SPIRALS, ("softmax_cross_entropy", late), net=net, epochs=1)
    assert list(lab.traces) == ["softmax cross-entropy", "late"]
    written = lab.show.panels[-1].lines
    assert r"softmax cross-entropy: $V^{(2)} = A^{(3)} - Y$" in written
    assert r"late: $V^{(2)} = \mathrm{late}(Y, A^{(3)})$" in written
    lab.figure(2).draw_without_rendering()


def test_a_cost_of_ones_own():
    huber = mt.own_cost(lambda Y, A: np.abs(A - Y) ** 1.5)
    lab = mt.dashboards.cost_lab(*MOONS, ("mse", huber), epochs=1)
    second = list(lab.traces.values())[1]
    step, Y = second[1], second.run.problem.Y[:, second[1].batch]
    expected = (np.abs(step.A[3] - Y) ** 1.5).sum() / Y.shape[1]
    assert step.loss == pytest.approx(expected, rel=1e-12)
    assert huber.id in options(lab, "first")
    lab.figure(2).draw_without_rendering()


def test_state_brings_the_same_picture_back(lab):
    lab.configure(eta=0.25, weights="first", init="he")
    lab.position = {"k": 7}
    other = mt.dashboards.cost_lab(*SPIRALS, epochs=3, batch_size=16)
    other.state = lab.state
    assert (other.numbers, other.frames) == (lab.numbers, lab.frames)
    assert other.position["k"] == 7
    lab.configure(eta=0.5, weights="own", init="glorot")


@pytest.mark.parametrize("weights", ["own", "first"])
def test_run_that_diverges_is_not_shown_as_if_it_were_fine(weights):
    X, y = MOONS
    net = mt.MLP((2, 8, 8, 1), hidden="relu", seed=1)
    lab = mt.dashboards.cost_lab(X * 1e60, y, net=net, epochs=30, eta=1e200, batch_size=10)
    lab.configure(weights=weights)
    broken = [name for name, trace in lab.traces.items() if trace.diverged]
    assert broken
    for name in broken:
        assert f"{name}: The run diverged at update k =" in lab.spec["message"]
    lab.figure(max(1, lab.show.steps)).draw_without_rendering()


def test_is_drawn_for_print(lab):
    figure = lab.figure(3)
    titles = [axes.get_title() for part in figure.subfigs for axes in part.axes]
    assert "Validation accuracy" in titles
    assert any("V^{(1)}$, cross-entropy" in title for title in titles)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"net": "mlp"}, TypeError, "net must be an mlpteach.MLP"),
        ({"costs": "mse"}, TypeError, "costs must be a pair such as"),
        ({"costs": ("mse", "mse")}, ValueError, "choose two different costs"),
        ({"costs": ("mse", "hinge")}, ValueError, "loss='hinge' is unknown"),
        ({"costs": ("mse", "softmax_cross_entropy")}, ValueError, "sum to 1"),
        ({"net": mt.MLP((5, 3, 1))}, ValueError, "X must have shape"),
        ({"rule": "sgd"}, ValueError, "rule='sgd' is unknown"),
        ({"gamma": 0.9}, ValueError, "gamma"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"seed": -1}, ValueError, "seed"),
        ({"validation": 0.2}, TypeError, "validation must be the pair"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.cost_lab(*MOONS, **arguments)


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (None, [0, 1], ValueError, "both X and y"),
        ([[0.5, 1.0]], [0], ValueError, "at least 2 rows"),
        ([[0.5, 1.0]] * 3, [0, 1], ValueError, "y must"),
        ([[np.nan, 1.0]] * 3, [0, 1, 0], ValueError, "X must be finite"),
    ],
)
def test_bad_data_are_refused(X, y, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.cost_lab(X, y)


def test_lines_are_compared_on_the_one_blas_thread_of_the_run(monkeypatch):
    """Else wide products differ in their last bits, and wait for busy processors."""
    seen = []

    def watching(*given):
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        seen.append({pool["num_threads"] for pool in pools})
        return by_lines_of(*given)

    monkeypatch.setattr(cost_lines, "by_lines_of", watching)
    runs = mt.dashboards.cost_lab(*mt.datasets.moons(n=20), epochs=1).traces
    with threadpool_limits(2, user_api="blas"):
        lab_history({"mse": runs["MSE"], "cross_entropy": runs["cross-entropy"]})
    assert seen
    assert all(numbers <= {1} for numbers in seen)


DIGITS = tuple(array[:200] for array in mt.datasets.digits())


@pytest.fixture(scope="module")
def digits():
    return mt.dashboards.cost_lab(*DIGITS, epochs=2)


def pictures(dashboard):
    return [panel for panel in dashboard.show.panels if isinstance(panel, Images)]


def test_images_are_seen_where_columns_are_pixels(digits):
    batch, chosen, mse, cross_entropy = pictures(digits)
    assert (batch.field, chosen.field, chosen.alone) == ("batch", "batch", True)
    assert (mse.field, cross_entropy.field) == ("units.mse", "units.cross_entropy")
    assert {panel.side for panel in pictures(digits)} == {8}
    assert digits.core.spec["choices"] == [30, 32]  # units, and instances of a batch


def test_other_data_show_none():
    dashboard = mt.dashboards.cost_lab(*mt.datasets.moons(n=40), epochs=1)
    assert pictures(dashboard) == []
    assert "images" not in dashboard.core.controls


def test_columns_of_the_maps_are_the_images(digits):
    heats = {p.field: p for p in digits.show.panels if isinstance(p, Heat)}
    assert all(heat.instances for heat in heats.values())
    digits.position = {"row": 29, "column": 31}
    assert digits.position["column"] == 31


def test_of_a_large_batch_columns_are_no_images():
    dashboard = mt.dashboards.cost_lab(*DIGITS, epochs=1, batch_size=None)
    assert dashboard.core.spec["choices"] == [30, 64]
    assert not any(p.instances for p in dashboard.show.panels if isinstance(p, Heat))


@pytest.mark.parametrize(
    ("chosen", "fields"),
    [("learned", "units"), ("looks", "units"), ("wrong", "wrong"), ("lines", None)],
)
def test_what_is_shown_below_the_batch(digits, chosen, fields):
    digits.configure(images=chosen)
    shown = [panel.field for panel in pictures(digits)[2:]]
    assert shown == ([] if fields is None else [f"{fields}.mse", f"{fields}.cross_entropy"])
    digits.figure(3)
    titles = {panel.title for panel in pictures(digits)}
    assert any("- W^{(1)}_1" in title for title in titles) == (chosen == "learned")


def test_bars_are_the_sensitivities_of_the_image_chosen(digits):
    (plot,) = [p for p in digits.show.panels if isinstance(p, Plot) and p.title.startswith("Its")]
    digits.position = {"column": 4}
    axes = digits.figure(3).axes
    (drawn,) = [one for one in axes if one.get_title() == plot.title]
    heights = [patch.get_height() for patch in drawn.patches]
    expected = [trace[2].sensitivity[2][:, 4] for trace in digits.traces.values()]
    np.testing.assert_allclose(heights, np.concatenate(expected))


def test_targets_without_classes_have_no_mistakes_to_show():
    X = DIGITS[0]
    net = mt.MLP((64, 5, 2), output="linear", seed=1)
    costs = ("mse", mt.own_cost(lambda Y, A: np.abs(A - Y), lambda Y, A: np.sign(A - Y)))
    dashboard = mt.dashboards.cost_lab(X, X[:, 20:22], costs, net=net, epochs=1, eta=0.01)
    dashboard.configure(images="wrong")
    assert [panel.said for panel in pictures(dashboard)] == [""] * 4
