"""How long runs take: all of them timed anew, by turns, and the median told."""

import time

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.trace import Trace

# Of each run. One timing alone says more about what else the computer did than about the run.
TIMINGS = 3


def median_seconds(traces: dict[str, Trace], timings: int = TIMINGS) -> dict[str, FloatArray]:
    """Return the seconds that each run takes up to the end of every update.

    The updates of all runs are computed again, without validation and record. The runs take turns,
    so that a slow moment of the computer falls on all of them.

    Parameters
    ----------
    traces : dict of str to Trace
    timings : int
        How often each is timed.

    Returns
    -------
    dict of str to ndarray, shape (len(trace),)
        At each update the median of the timings.
    """
    timed = {name: np.empty((timings, len(trace))) for name, trace in traces.items()}
    for turn in range(timings):
        for name, trace in traces.items():
            timed[name][turn] = _seconds(trace)
    return {name: np.median(several, axis=0) for name, several in timed.items()}


@on_one_blas_thread
def _seconds(trace):
    """Run a training again, as it was run first, and return the seconds up to each update."""
    run, state, ends = trace.run, trace.run.start(), np.empty(len(trace))
    spaces, began = run.problem.workspaces(), time.perf_counter()
    with np.errstate(all="ignore"):
        for k in range(1, len(trace) + 1):
            update = run.advance(k, state, spaces)
            state = update.state
            ends[k - 1] = time.perf_counter() - began
            del update  # its arrays are still in the cache: the next update takes their place
    return ends
