"""Estimates decide where they can; what they leave open, or get wrong, a run alone decides."""

import numpy as np
import pytest

from mlpteach.study.search import lowest

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("estimated", "exact", "best", "asked"),
    [
        ([3.0, 1.0, 2.0], [3.0, 1.0, 2.0], 1, []),  # clear
        ([3.0, 1.0, 1.0 + 1e-9], [3.0, 1.0 + 1e-9, 1.0], 2, [1, 2]),  # too close to call
        ([3.0, NAN, 2.0], [3.0, 1.0, 2.0], 1, [1]),  # only the run alone can tell
        ([NAN, 1.0, 3.0], [2.0, 1.0, 3.0], 1, [0]),
        ([1.0, 1.0, 3.0], [5.0, 4.0, 2.0], 2, [0, 1, 2]),  # worth nothing: all alone
        ([INF, INF], [INF, 7.0], 1, [0, 1]),  # every one lost
    ],
)
def test_the_lowest_is_found_with_few_runs_alone(estimated, exact, best, asked):
    made = []

    def alone(i):
        made.append(i)
        return exact[i]

    found, scores = lowest(np.array(estimated), alone)
    assert found == best
    assert made == asked
    np.testing.assert_array_equal(scores[made], np.array(exact)[made])
