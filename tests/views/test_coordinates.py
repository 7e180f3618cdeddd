"""Where numbers lie in a picture; that pictures agree is tested with them."""

import numpy as np
import pytest

from mlpteach.views import Axes
from mlpteach.views.coordinates import point_fractions, x_fractions

PLAIN = Axes("x", "y", (-1.0, 1.0), (-1.0, 1.0), shape="square")


def test_what_has_no_place_is_nan_and_what_is_far_away_stays_finite():
    logarithmic = Axes("x", "y", (0.5, 200.0), (0.0, 1.0), xscale="log")
    right = x_fractions(logarithmic, [0.0, -1.0, np.nan, 1e300, np.inf])
    assert np.isnan(right[[1, 2]]).all()
    assert np.isfinite(right[[0, 3, 4]]).all()
    assert right[0] < 0
    assert right[4] > 1


def test_what_is_too_far_away_keeps_its_direction():
    """A run that diverges leaves the map where it goes, not through the map's corner."""
    middle = point_fractions(PLAIN, 0.0, 0.0)
    for x, y in [(3e9, 1e9), (-1e300, 2e299), (5.0, 1e200), (np.inf, 0.0)]:
        away = point_fractions(PLAIN, x, y)
        assert np.isfinite(away).all()
        assert np.abs(away).max() <= 1e4 + 1
        drawn = (away - middle) / np.hypot(*(away - middle))
        wanted = np.array([np.clip(x, -1e300, 1e300) / 1e300, -y / 1e300])
        wanted /= np.abs(wanted).max()
        wanted /= np.hypot(*wanted)
        assert drawn == pytest.approx(wanted, abs=1e-3)
    assert np.isnan(point_fractions(PLAIN, np.nan, 0.0)[0])
