"""Which of many runs gets lowest: all of them side by side first, then the best ones alone."""

from collections.abc import Callable, Sequence

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.progress import progress_bar
from mlpteach.rules import Rule
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import Problem
from mlpteach.run.stack import Places, Stack
from mlpteach.run.update import Run
from mlpteach.tables.schedules import as_schedule

# Estimates that differ by a smaller share than this are not told apart by them.
_CLOSE = 1e-6
# Parameters of the runs that are computed together: more leave the cache, which takes longer.
_AT_ONCE = 2**16


@on_one_blas_thread
def estimates(
    problem: Problem,
    rules: Sequence[Rule],
    steps: Sequence[int],
    note: Callable[[Places, FloatArray], None],
    progress: bool = False,
) -> FloatArray:
    """Return what all runs side by side say of each one's score.

    Parameters
    ----------
    problem : NetworkProblem or FunctionProblem
    rules : sequence of Rule
    steps : sequence of int
        Number of updates of each.
    note : callable
        (places, scores) -> None; changes the scores (n,), at first infinite, by what it sees of the
        :class:`~mlpteach.run.stack.Places` before each update and after the last.
    progress : bool
        Whether a bar appears after two seconds.

    Returns
    -------
    ndarray, shape (n,)
        Infinite for a run that diverged, NaN where only the run alone can tell.
    """
    scores = np.full(len(rules), np.inf)
    runs = [Run(problem, rule, as_schedule(None, rule.step_size)) for rule in rules]
    at_once = max(1, _AT_ONCE // problem.theta0.size)
    for start in range(0, len(runs), at_once):
        part = slice(start, start + at_once)
        stack = Stack(runs[part], steps[part])
        total = max(steps[part]) + 1
        for places in progress_bar(
            stack.places(), total=total, delay=2, leave=False, unit="update", disable=not progress
        ):
            note(places._replace(runs=start + places.runs), scores)
        scores[part][list(stack.diverged)] = np.inf
        scores[part][list(stack.unsure)] = np.nan
    return scores


def lowest(estimated: FloatArray, alone: Callable[[int], float]) -> tuple[int, FloatArray]:
    """Return which run has the lowest score, as runs alone decide it.

    Estimates say where to look: those that come close to the lowest are made alone. If one of them
    then comes to something else than its estimate, all are: the estimates were worth nothing.

    Parameters
    ----------
    estimated : ndarray, shape (n,)
        See :func:`estimates`.
    alone : callable
        i -> the exact score of run i; called at most once for each.

    Returns
    -------
    best : int
        The first one with the lowest score.
    scores : ndarray, shape (n,)
        Exact for the runs made alone, estimated for the others.

    Examples
    --------
    >>> exact = [3.0, 1.0 + 1e-9, 1.0, 2.0]
    >>> lowest(np.array([3.0, 1.0, 1.0 + 1e-9, 2.0]), exact.__getitem__)[0]
    2
    """
    scores, made = np.array(estimated), np.zeros(len(estimated), dtype=bool)
    while True:
        hopeful = _is_close(scores, np.fmin.reduce(scores, initial=np.inf))
        wanted = np.flatnonzero((hopeful | np.isnan(scores)) & ~made)
        if not wanted.size:
            return int(np.argmin(scores)), scores
        for i in wanted.tolist():
            scores[i], made[i] = alone(i), True
        if not _is_close(scores[made], estimated[made])[~np.isnan(estimated[made])].all():
            scores[~made] = np.nan


def _is_close(scores, others):
    return np.isclose(scores, others, rtol=_CLOSE, atol=0.0)
