"""From which starts a rule diverges: the runs from all of them as one computation."""

import numpy as np

from mlpteach.basics.arrays import BoolArray, FloatArray
from mlpteach.rules import Rule
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.stack import Stack
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill, quietly
from mlpteach.run.update import Run
from mlpteach.tables.landscapes import Landscape
from mlpteach.tables.schedules import schedule


def grid_of_starts(landscape: Landscape, n: int) -> FloatArray:
    """Return the middles of n by n cells of a landscape's window, (n, n, 2), the lowest row first.

    Examples
    --------
    >>> from mlpteach.tables.landscapes import LANDSCAPES
    >>> grid_of_starts(LANDSCAPES["valley"], 5)[0].tolist()
    [[-4.0, -0.8], [-2.0, -0.8], [0.0, -0.8], [2.0, -0.8], [4.0, -0.8]]
    """
    x_min, x_max, y_min, y_max = landscape.window
    middles = (np.arange(n) + 0.5) / n
    x, y = x_min + (x_max - x_min) * middles, y_min + (y_max - y_min) * middles
    return np.stack(np.meshgrid(x, y), axis=-1)


@on_one_blas_thread
def diverges(
    rule: Rule,
    problem: FunctionProblem,
    starts: FloatArray,
    window: tuple[float, ...],
    updates: int = 200,
) -> BoolArray | None:
    """Return from which starts a rule diverges.

    A run diverges if its numbers leave the floats, or if it stands off the map in the end, higher
    than it started.

    Parameters
    ----------
    rule : Rule
    problem : FunctionProblem
        A function of two numbers; its own start says nothing here.
    starts : ndarray, shape (m, 2)
    window : (x_min, x_max, y_min, y_max)
        The map.
    updates : int

    Returns
    -------
    ndarray of bool, shape (m,), or None
        None where runs can't be computed together: the rule looks at more than single entries.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> from mlpteach.tables.landscapes import LANDSCAPES
    >>> beale, starts = LANDSCAPES["beale"], np.array([[1.0, 1.5], [-4.0, 4.0]])
    >>> problem = FunctionProblem(beale, starts[0])
    >>> diverges(rule("gd", eta=0.01), problem, starts, beale.window)
    array([False,  True])
    """
    constant = schedule("constant")
    runs = [Run(problem.starting_at(start), rule, constant) for start in starts]
    stack = Stack(runs, [updates] * len(runs))
    first, last = np.full(len(runs), np.nan), np.full(len(runs), np.nan)
    outside = np.zeros(len(runs), dtype=bool)
    for places in stack.places():
        if places.J is None:
            outside[places.runs] = ~_is_inside(places.W, window)
        elif places.k == 1:
            first[places.runs] = places.J
        else:
            last[places.runs] = places.J
    if len(stack.unsure) == len(runs):
        return None
    lost = outside & (last > first)
    lost[list(stack.diverged)] = True
    for i in stack.unsure:
        lost[i] = _diverges_alone(runs[i], window, updates)
    return lost


def _diverges_alone(run, window, updates):
    """Whether a run diverges; so does one that steps where its function has no value."""
    try:
        trace = quietly(fill, Trace(run, updates))
    except (ArithmeticError, ValueError):
        return True
    if trace.diverged is not None:
        return True
    outside = ~_is_inside(trace[-1].after.flat[None], window)[0]
    return bool(outside and trace.losses[-1] > trace.losses[0])


def _is_inside(places, window):
    x_min, x_max, y_min, y_max = window
    x, y = places.T
    return (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)
