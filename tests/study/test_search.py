"""Which run is the best: estimates decide where they can, runs alone where they can't."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.update import Run
from mlpteach.study import search
from mlpteach.study.search import lowest, side_by_side
from mlpteach.tables.schedules import as_schedule

INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("estimated", "exact", "best", "asked"),
    [
        ([3.0, 1.0, 2.0], [3.0, 1.0, 2.0], 1, []),
        # Too close, or equal.
        ([3.0, 1.0, 1.0 + 1e-9], [3.0, 1.0 + 1e-9, 1.0], 2, [1, 2]),
        ([1.0, 1.0, 2.0], [1.0, 1.0, 2.0], 0, [0, 1]),
        ([0.0, 5.0, 0.0], [0.0, 5.0, 0.0], 0, [0, 2]),
        ([-2.0, -2.0, 1.0], [-2.0, -2.0, 1.0], 0, [0, 1]),
        # Only the run alone can tell.
        ([3.0, NAN, 2.0], [3.0, 1.0, 2.0], 1, [1]),
        ([3.0, NAN, 2.0], [3.0, INF, 2.0], 2, [1]),
        ([3.0, NAN, 2.0], [3.0, 2.0, 2.0], 1, [1, 2]),
        ([NAN, NAN], [INF, 7.0], 1, [0, 1]),
        # A run that is not what was said of it: nothing is worth anything.
        ([3.0, 1.0, 1.0], [0.5, 1.2, 1.0], 0, [1, 2, 0]),
        # All lost.
        ([INF, INF], [INF, INF], 0, [0, 1]),
        ([INF, INF], [INF, 4.0], 1, [0, 1]),
        ([INF, 4.0], [INF, 4.0], 1, []),
    ],
)
def test_lowest(estimated, exact, best, asked):
    made = []

    def alone(i):
        made.append(int(i))
        return exact[i]

    found, scores = lowest(np.array(estimated), alone)
    assert (found, made) == (best, asked)
    assert scores[found] == exact[found]


def test_many_runs_are_made_in_parts_with_their_own_numbers(monkeypatch):
    monkeypatch.setattr(search, "_AT_ONCE", 7)  # three runs of two parameters
    problem = FunctionProblem(mt.LANDSCAPES["valley"], np.array([-4.0, 0.5]))
    etas = (0.001, 0.002, 0.005, 1e200, 0.01, 0.015, 0.02, 1e250)
    runs = [Run(problem, mt.rule("gd", eta=eta), as_schedule(None, "eta")) for eta in etas]
    last, groups = {}, set()

    def see(places):
        groups.add(tuple(places.runs.tolist()))
        last.update(zip(places.runs.tolist(), places.W, strict=True))

    lost = side_by_side(runs, [4] * 8, see)
    assert lost.tolist() == [0, 0, 0, INF, 0, 0, 0, INF]
    assert {(0, 1, 2), (4, 5), (6,)} <= groups
    for i, eta in enumerate(etas):
        if not lost[i]:
            np.testing.assert_allclose(last[i], [-4.0 * (1 - eta) ** 4, 0.5 * (1 - 100 * eta) ** 4])


def test_a_rule_that_can_t_share_is_left_open():
    problem = FunctionProblem(mt.LANDSCAPES["valley"], np.array([-4.0, 0.5]))
    rules = [mt.rule("gd", eta=0.01), mt.rule("lbfgs")]
    runs = [Run(problem, rule, as_schedule(None, rule.step_size)) for rule in rules]
    lost = side_by_side(runs, [5, 5], lambda places: None)
    assert lost[0] == 0
    assert np.isnan(lost[1])
