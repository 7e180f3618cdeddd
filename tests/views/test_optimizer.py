"""What the panels show agrees with the trace, without a browser."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import figure, optimizer_fields, optimizer_frames, optimizer_panels


@pytest.fixture(scope="module")
def trace():
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 8, 10), seed=1)
    return mt.train(net, X[:100], y[:100], rule="adam", epochs=2, batch_size=32)


def by_name(trace, layer, k):
    [frame] = optimizer_frames(trace, layer, k, k)
    named, start = {}, 0
    for name, (rows, columns) in optimizer_fields(trace, layer).items():
        named[name] = frame[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
    assert start == frame.size
    return named


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
    frame = by_name(trace, 2, 5)
    np.testing.assert_array_equal(frame["M_before"], trace[3].M.W[2])
    np.testing.assert_array_equal(frame["V_before"], trace[3].V.W[2])


def test_smaller_last_batch_leaves_the_rest_of_the_sensitivity_empty(trace):
    last = trace.epoch(1)
    shown = by_name(trace, 2, last.k)["sensitivity"]
    n = last.batch.size
    assert n == 100 - 3 * 32
    np.testing.assert_array_equal(shown[:, :n], last.sensitivity[2])
    assert np.isnan(shown[:, n:]).all()


@pytest.mark.parametrize(("id", "form"), [("momentum", "paper"), ("momentum", "lecture"),
                                          ("adadelta", "paper"), ("amsgrad", "paper"),
                                          ("nesterov", "lecture")])  # fmt: skip
def test_other_rules_have_frames_and_panels_too(id, form):
    X, y = mt.datasets.moons(n=40, seed=1)
    trace = mt.train(mt.MLP((2, 3, 1)), X, y, rule=mt.rule(id, form=form), epochs=2)
    frame = by_name(trace, 1, 2)
    panels = optimizer_panels(trace, 1, {name: value[None] for name, value in frame.items()})
    shown = [panel.field for panel in panels[1:]]
    assert shown == ["W", "G", *trace.lines, "sensitivity"]


def test_shades_follow_sign_and_size(trace):
    frame = by_name(trace, 2, 3)
    panels = optimizer_panels(trace, 2, {name: value[None] for name, value in frame.items()})
    signed = next(panel for panel in panels[1:] if panel.field == "M")
    assert signed.shade(np.array([-signed.limit, 0.0, signed.limit])).tolist() == [0.0, 0.5, 1.0]
    positive = next(panel for panel in panels[1:] if panel.field == "V")
    assert positive.shade(np.array([0.0, positive.limit / 4, positive.limit])).tolist() == [
        0.0, 0.5, 1.0,
    ]  # fmt: skip


def test_figure_draws_every_panel_at_the_update(trace):
    k = 3
    frame = by_name(trace, 2, k)
    panels = optimizer_panels(trace, 2, {name: value[None] for name, value in frame.items()})
    drawn = figure(panels, frame, k)
    drawn.canvas.draw()
    curve, *maps = drawn.axes[: len(panels)]
    marker = curve.lines[-1]
    assert marker.get_xdata() == [k]
    assert marker.get_ydata() == pytest.approx([trace[k - 1].loss])
    for axes, panel in zip(maps, panels[1:], strict=True):
        image = axes.images[0].get_array()
        np.testing.assert_allclose(image, panel.shade(frame[panel.field]))
