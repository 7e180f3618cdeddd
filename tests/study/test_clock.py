"""Timing several runs, by a clock that the test moves."""

import numpy as np

import mlpteach as mt
from mlpteach.run.train import quietly
from mlpteach.run.update import Run
from mlpteach.study import clock


def test_median_of_turns_forgets_a_slow_moment(monkeypatch):
    bowl = mt.LANDSCAPES["valley"]
    traces = {name: mt.descend(bowl, [1.0, 1.0], rule=name, steps=4) for name in ("gd", "adam")}
    now, advance, order = [0.0], Run.advance, []

    def slow(run, k, *rest):
        if k == 1:
            order.append(run.rule.id)
        hiccup = 100.0 if len(order) == 3 and k == 2 else 0.0  # in the second turn of gd
        now[0] += {"gd": 1.0, "adam": 3.0}[run.rule.id] + hiccup
        return advance(run, k, *rest)

    monkeypatch.setattr(Run, "advance", slow)
    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])
    seconds = clock.median_seconds(traces, timings=3)
    assert order == ["gd", "adam"] * 3
    np.testing.assert_allclose(seconds["gd"], [1, 2, 3, 4])
    np.testing.assert_allclose(seconds["adam"], [3, 6, 9, 12])


def test_a_run_that_diverged_is_timed_as_far_as_it_goes():
    def bowl(x):
        return float(x @ x), 2 * x

    trace = quietly(mt.descend, bowl, [1.0], rule=mt.rule("gd", eta=1e3), steps=500)
    assert trace.diverged
    assert clock.median_seconds({"gd": trace})["gd"].shape == (len(trace),)
