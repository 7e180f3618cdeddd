"""Which of many runs gets lowest: all of them side by side, and alone where that leaves it open."""

from collections.abc import Callable, Sequence

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.progress import progress_bar
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.stack import Places, Stack
from mlpteach.run.update import Run

# Estimates that differ by a smaller share than this are not told apart by them.
_CLOSE = 1e-6
# Parameters of the runs that are computed together: more leave the cache, which takes longer.
_AT_ONCE = 2**17


@on_one_blas_thread
def side_by_side(
    runs: Sequence[Run],
    steps: Sequence[int],
    see: Callable[[Places], None],
    progress: bool = False,
) -> FloatArray:
    """Make runs side by side, and say which of them count.

    Parameters
    ----------
    runs : sequence of Run
        Of one problem.
    steps : sequence of int
        Number of updates of each.
    see : callable
        Is given the :class:`~mlpteach.run.stack.Places` before each update and after the last.
    progress : bool
        Whether a bar appears after two seconds.

    Returns
    -------
    ndarray, shape (n,)
        To be added to a score of which less is better: 0, infinity for a run that diverged, NaN
        where only the run alone can tell.
    """
    lost = np.zeros(len(runs))
    for part in _parts(runs):
        stack = Stack(runs[part], steps[part])
        total = max(steps[part]) + 1
        for places in progress_bar(
            stack.places(), total=total, delay=2, leave=False, unit="update", disable=not progress
        ):
            see(places._replace(runs=part.start + places.runs))
        lost[part][list(stack.diverged)] = np.inf
        lost[part][list(stack.unsure)] = np.nan
    return lost


def _parts(runs):
    """Return slices of `runs`, about equally many in each, that stay in the cache."""
    numbers = sum(run.problem.theta0.size for run in runs)
    parts = max(1, -(-numbers // _AT_ONCE))
    at_once = max(1, -(-len(runs) // parts))
    return [slice(start, start + at_once) for start in range(0, len(runs), at_once)]


def lowest(estimated: FloatArray, alone: Callable[[int], float]) -> tuple[int, FloatArray]:
    """Return which run has the lowest score.

    Estimates decide where they can. Runs that come too close to the lowest, or of which only a run
    alone can tell, are made alone. If one of them then comes to something else than its estimate,
    all are: the estimates were worth nothing. So are all where every one is lost.

    Parameters
    ----------
    estimated : ndarray, shape (n,)
        Infinite for a run that is lost, NaN where only the run alone can tell.
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
        best = np.fmin.reduce(scores, initial=np.inf)
        close = _is_close(scores, best)
        undecided = np.isnan(scores) | (close & (np.isinf(best) | (close.sum() > 1)))
        wanted = np.flatnonzero(undecided & ~made)
        if not wanted.size:
            return int(np.argmin(scores)), scores
        for i in wanted.tolist():
            scores[i], made[i] = alone(i), True
        if not _is_close(scores[made], estimated[made])[~np.isnan(estimated[made])].all():
            scores[~made] = np.nan


def _is_close(scores, others):
    return np.isclose(scores, others, rtol=_CLOSE, atol=0.0)
