"""What the panels show agrees with the trace, without a browser."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.optimizer import (
    cost_plot,
    cost_series,
    optimizer_frames,
    optimizer_heats,
    rule_lines,
)


@pytest.fixture(scope="module")
def trace():
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 8, 10), seed=1)
    return mt.train(net, X[:100], y[:100], rule="adam", epochs=2, batch_size=32)


def by_name(trace, layer, k, prefix=""):
    frames = optimizer_frames(trace, layer, prefix)
    return {name: array[0] for name, array in frames.named(frames.read(k, k)).items()}


@pytest.mark.parametrize("layer", [1, 2])
@pytest.mark.parametrize("k", [1, 2, 4, 8])
def test_frame_holds_the_numbers_of_the_update(trace, layer, k):
    frame, step = by_name(trace, layer, k), trace[k - 1]
    expected = {
        "W": step.before, "W_after": step.after, "G": step.gradient, "M": step.M, "V": step.V,
        "M_hat": step.M_hat, "V_hat": step.V_hat, "rho": step.rho,
    }  # fmt: skip
    for name, parameters in expected.items():
        np.testing.assert_array_equal(frame[name], parameters.W[layer], name)


def test_frame_holds_the_moments_before_the_update(trace):
    frame = by_name(trace, 2, 5, "paper.")
    np.testing.assert_array_equal(frame["paper.M_before"], trace[3].M.W[2])
    np.testing.assert_array_equal(frame["paper.V_before"], trace[3].V.W[2])


def test_smaller_last_batch_leaves_the_rest_of_the_sensitivity_empty(trace):
    last = trace.epoch(1)
    shown = by_name(trace, 2, last.k)["sensitivity"]
    n = last.batch.size
    assert n == 100 - 3 * 32
    np.testing.assert_array_equal(shown[:, :n], last.sensitivity[2])
    assert np.isnan(shown[:, n:]).all()


def test_frames_after_the_end_of_a_shorter_run_are_empty(trace):
    frames = optimizer_frames(trace, 2, steps=len(trace) + 3)
    read = frames.read(len(trace), len(trace) + 3)
    assert not np.isnan(read[0]).all()
    assert np.isnan(read[1:]).all()


def test_plain_function_is_layer_0():
    trace = mt.descend(
        mt.LANDSCAPES["beale"], [1.0, 1.5], rule=mt.rule("momentum", alpha=1e-3), steps=5
    )
    frame = by_name(trace, 0, 3)
    np.testing.assert_array_equal(frame["W"], trace[2].before.flat[None])
    np.testing.assert_array_equal(frame["G_previous"], trace[1].gradient.flat[None])
    assert "sensitivity" not in frame


@pytest.mark.parametrize(("id", "form"), [("momentum", "paper"), ("momentum", "lecture"),
                                          ("adadelta", "paper"), ("amsgrad", "paper"),
                                          ("nesterov", "lecture")])  # fmt: skip
def test_other_rules_have_frames_and_maps_too(id, form):
    X, y = mt.datasets.moons(n=40, seed=1)
    trace = mt.train(mt.MLP((2, 3, 1)), X, y, rule=mt.rule(id, form=form), epochs=2)
    frame = by_name(trace, 1, 2)
    heats = optimizer_heats(trace, 1, {name: value[None] for name, value in frame.items()})
    assert [heat.field for heat in heats] == ["W", "G", *trace.lines, "sensitivity"]


def test_quantities_of_a_rule_that_is_no_list_of_formulas_have_lines_too():
    X, y = mt.datasets.moons(n=40, seed=1)
    trace = mt.train(mt.MLP((2, 3, 1)), X, y, rule="lbfgs", epochs=3, batch_size=None)
    names = [line.name for line in rule_lines(trace)]
    assert names == ["direction", "step_length", "s", "y", "rho", "W"]
    frame, step = by_name(trace, 1, 2), trace[1]
    assert (frame["step_length"] == step.quantities["step_length"]).all()
    np.testing.assert_array_equal(frame["direction"], step.quantities["direction"].W[1])
    heats = optimizer_heats(trace, 1, {name: value[None] for name, value in frame.items()})
    assert "step_length" not in [heat.field for heat in heats]  # one number is no map


def test_maps_wait_for_the_line_that_computes_them(trace):
    frame = by_name(trace, 2, 3)
    heats = optimizer_heats(trace, 2, {name: value[None] for name, value in frame.items()})
    assert {heat.field: heat.line for heat in heats} == {
        "W": -1, "G": -1, "M": 0, "V": 1, "M_hat": 2, "V_hat": 3, "rho": 4, "sensitivity": -1,
    }  # fmt: skip


def test_shades_follow_sign_and_size(trace):
    frame = by_name(trace, 2, 3)
    heats = optimizer_heats(trace, 2, {name: value[None] for name, value in frame.items()})
    signed = next(heat for heat in heats if heat.field == "M")
    assert signed.shade(np.array([-signed.limit, 0.0, signed.limit])).tolist() == [0.0, 0.5, 1.0]
    positive = next(heat for heat in heats if heat.field == "V")
    assert positive.shade(np.array([0.0, positive.limit / 4, positive.limit])).tolist() == [
        0.0, 0.5, 1.0,
    ]  # fmt: skip


def test_what_is_0_everywhere_has_a_limit_too(trace):
    arrays = {name: 0.0 * value[None] for name, value in by_name(trace, 2, 3).items()}
    assert {heat.limit for heat in optimizer_heats(trace, 2, arrays)} == {1.0}
    arrays["M"].flat[:2] = [-3.0, np.nan]
    limits = {heat.field: heat.limit for heat in optimizer_heats(trace, 2, arrays)}
    assert limits["M"] == 3.0


def test_maps_of_small_values_are_lifted_those_of_weights_are_not(trace):
    arrays = {name: value[None] for name, value in by_name(trace, 2, 3).items()}
    heats = {heat.field: heat for heat in optimizer_heats(trace, 2, arrays)}
    assert (heats["W"].gamma, heats["rho"].gamma) == (1.0, 0.5)
    assert [name for name, heat in heats.items() if not heat.selectable] == ["sensitivity"]


@pytest.mark.parametrize(
    ("batch_size", "shown"),
    [
        (None, [0, 1]),  # an epoch an update: a line through all
        (6, [0, 0, 1, 1]),  # a bar needs two points
        (4, [0, 0, None, 1, 1, None]),
        (3, [0, 0, 0, None, 1, 1, 1, None]),
    ],
)
def test_the_mean_of_an_epoch_is_a_bar_where_it_can_be_one(batch_size, shown):
    X, y = mt.datasets.moons(n=12, seed=1)
    net = mt.MLP((2, 3, 1), seed=1)
    trace = mt.train(net, X, y, epochs=2, batch_size=batch_size, progress=False)
    series = cost_series(trace)
    losses = np.array([step.loss for step in trace])
    means = losses.reshape(2, -1).mean(axis=1)  # batches of one size
    expected = [np.nan if epoch is None else means[epoch] for epoch in shown]
    np.testing.assert_allclose(series["epoch_loss"], expected, rtol=1e-12)
    np.testing.assert_array_equal(series["loss"], losses)
    assert "factor" not in series
    assert cost_plot(trace).axes.xlim == (0.0, len(trace) + 1.0)


def test_the_factor_of_a_schedule_is_shown_beside_the_costs():
    trace = mt.descend(mt.LANDSCAPES["valley"], [1.0, 1.0], rule="gd", steps=3, schedule="cooling")
    assert cost_series(trace)["factor"].tolist() == [step.factor for step in trace]
