"""Runs that are interrupted, or broken by an error, keep what was computed."""

import numpy as np
import pytest
from examples import instances, small_run

import mlpteach as mt
from mlpteach.run import problem


def squares(theta):
    return float(theta @ theta), 2 * theta


def test_error_of_the_readers_rule_carries_the_trace():
    def breaks(k, G, *, eta=0.1):
        if k == 7:
            raise RuntimeError("mine")
        return mt.Quantities(rho=eta * G)

    with pytest.raises(RuntimeError, match="mine") as raised:
        mt.descend(squares, [1.0, 2.0], rule=breaks, steps=20)
    assert len(raised.value.trace) == 6
    assert any("update k = 7" in note for note in raised.value.__notes__)


def test_interrupted_run_keeps_what_was_computed():
    calls = []

    def interrupts(theta):
        calls.append(1)
        if len(calls) == 30:
            raise KeyboardInterrupt
        return squares(theta)

    with pytest.warns(UserWarning, match="interrupted: the trace holds the 28 updates"):
        trace = mt.descend(interrupts, [1.0, 2.0], rule="gd", steps=100)
    assert len(trace) == len(trace.history["loss"]) == 28


@pytest.mark.parametrize("update", [18, 25, 32])
@pytest.mark.parametrize("again", [False, True])
def test_an_interrupt_soon_after_a_number_broke_leaves_what_is_finite(update, again):
    """Looked for every 16 updates, so the trace holds broken ones when the interrupt comes."""
    calls = []

    def breaks(theta):
        calls.append(1)
        if len(calls) - 1 == update or (again and len(calls) - 1 > update):
            raise KeyboardInterrupt
        value, gradient = squares(theta)
        return (np.nan if theta[0] < 0.2 else value), gradient

    with (
        pytest.warns(mt.InterruptionWarning, match="the trace holds the 16 updates"),
        pytest.warns(mt.DivergenceWarning, match="update k = 17: the cost J"),
    ):
        trace = mt.descend(breaks, [1.0, 2.0], rule=mt.rule("gd", eta=0.05), steps=100)
    assert trace.diverged.k == 17
    assert len(trace) == 16
    assert np.isfinite(trace.losses).all()


def test_an_interrupt_while_validation_is_measured_loses_no_epoch(monkeypatch):
    scored = []
    score = problem.NetworkProblem.score

    def interrupted(*arguments):
        scored.append(1)
        if len(scored) == 3:
            raise KeyboardInterrupt
        return score(*arguments)

    monkeypatch.setattr(problem.NetworkProblem, "score", interrupted)
    with pytest.warns(mt.InterruptionWarning):
        trace = small_run(epochs=9, validation=instances(7))
    assert trace.epochs == 3
    assert {len(values) for values in trace.history.values()} == {3}
    assert np.isnan(trace.history["validation_loss"]).tolist() == [False, False, True]
    assert np.isfinite(trace.history["loss"]).all()


def test_objective_that_changes_the_shape_of_its_gradient_is_refused():
    calls = []

    def shrinks(theta):
        calls.append(1)
        value, gradient = squares(theta)
        return value, gradient if len(calls) < 4 else gradient[:1]

    with pytest.raises(ValueError, match="shape") as raised:
        mt.descend(shrinks, [1.0, 2.0], rule="gd", steps=9)
    assert len(raised.value.trace) == 2
