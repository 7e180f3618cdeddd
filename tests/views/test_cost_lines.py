"""Two runs line by line: sizes and differences against the traces, also where one has ended."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.cost_lines import COLUMNS, lab_history, line_names

X, y = mt.datasets.moons(n=24, seed=1)
STEPS, ENDED = 6, 2


def trained(loss, ends=None):
    """Train 2-3-1 for six updates of 8, 8 and 4 instances an epoch, or until it breaks."""

    def rule(k, G, *, eta=0.5):
        return mt.Quantities(rho=eta * G * (np.inf if k == ends else 1.0))

    net = mt.MLP((2, 3, 1), seed=1)
    options = {"epochs": 2, "batch_size": 8, "validation": (X[20:], y[20:]), "progress": False}
    if ends is None:
        return mt.train(net, X[:20], y[:20], loss=loss, rule=rule, **options)
    with pytest.warns(mt.DivergenceWarning):
        return mt.train(net, X[:20], y[:20], loss=loss, rule=rule, **options)


@pytest.fixture(scope="module")
def whole():
    return {loss: trained(loss) for loss in ("mse", "cross_entropy")}


@pytest.fixture(scope="module")
def ended():
    return trained("mse", ends=ENDED + 1)


def lines(step):
    """Return all that a step's lines compute, by their names."""
    layers = {"A2": step.A[2], "A3": step.A[3], "V2": step.sensitivity[2]}
    layers |= {"V1": step.sensitivity[1], "G2": step.gradient.W[2], "G1": step.gradient.W[1]}
    return layers


def test_sizes_and_differences_are_those_of_the_traces(whole):
    series, _ = lab_history(whole)
    for k in (1, 3, 6):
        mse, cross_entropy = (lines(trace[k - 1]) for trace in whole.values())
        assert list(mse) == line_names(2)
        for name in mse:
            apart = np.abs(mse[name] - cross_entropy[name]).max()
            assert series[f"{name}.difference"][k - 1] == pytest.approx(apart, rel=1e-12)
            for run, values in (("mse", mse), ("cross_entropy", cross_entropy)):
                size = np.sqrt((values[name] ** 2).mean())
                assert series[f"{name}.{run}"][k - 1] == pytest.approx(size, rel=1e-12)


def test_how_far_the_second_is_off_the_firsts_line(whole):
    """Only V^(2) = 2 (A - Y) * A * (1 - A) is another one than A - Y."""
    series, _ = lab_history(whole)
    trace = whole["cross_entropy"]
    for k in (1, 6):
        step = trace[k - 1]
        Y, A = y[:20][None, step.batch], step.A[3]
        off = np.abs((A - Y) * (1.0 - 2.0 * A * (1.0 - A))).max()
        assert series["V2.off"][k - 1] == pytest.approx(off, rel=1e-12)
        assert max(series[f"{name}.off"][k - 1] for name in ("A2", "A3", "V1", "G2")) < 1e-15


@pytest.mark.parametrize("first", [True, False])
def test_a_run_that_has_ended_leaves_its_places_empty(whole, ended, first):
    other = whole["cross_entropy"]
    runs = {"ended": ended, "other": other} if first else {"other": other, "ended": ended}
    series, frames = lab_history(runs)
    assert len(series["k"]) == frames.steps == STEPS
    gone = np.arange(STEPS) >= ENDED
    for name in line_names(2):
        assert np.isnan(series[f"{name}.ended"]).tolist() == gone.tolist()
        assert np.isfinite(series[f"{name}.other"]).all()
        assert np.isnan(series[f"{name}.difference"]).tolist() == gone.tolist()
        assert np.isnan(series[f"{name}.off"]).tolist() == (gone & (not first)).tolist()
    for end in ("J", "validation"):
        assert np.isnan(series[f"ended.{end}"]).tolist() == gone.tolist()
        assert np.isfinite(series[f"other.{end}"]).all()
    shown = frames.named(frames.read(1, STEPS))
    for k, trace in ((2, ended), (5, other)):
        step, name = trace[k - 1], "ended" if trace is ended else "other"
        for layer in (2, 1):
            V = step.sensitivity[layer]
            np.testing.assert_array_equal(shown[f"V{layer}.{name}"][k - 1, :, : V.shape[1]], V)
    assert np.isnan(shown["V1.ended"][ENDED:]).all()
    # The third batch of an epoch has four instances.
    assert np.isnan(shown["V1.other"][2, :, 4:]).all()


def test_at_the_weights_of_a_first_run_that_has_ended_there_is_nothing(whole, ended):
    series, _ = lab_history({"ended": ended, "other": whole["cross_entropy"]}, same_weights=True)
    for name in line_names(2):
        for column in ("ended", "other", *COLUMNS[2:]):
            assert np.isnan(series[f"{name}.{column}"][ENDED:]).all()
            assert np.isfinite(series[f"{name}.{column}"][:ENDED]).all()


def test_frames_are_the_same_whether_kept_or_read_again(whole, ended, monkeypatch):
    for runs in (whole, {"ended": ended, "other": whole["cross_entropy"]}):
        _, kept = lab_history(runs)
        monkeypatch.setattr("mlpteach.views.cost_lines._KEPT_BYTES", 0)
        _, read = lab_history(runs)
        monkeypatch.undo()
        for first, last in ((1, STEPS), (2, 4), (3, 3), (5, 6)):
            np.testing.assert_array_equal(read.read(first, last), kept.read(first, last))
