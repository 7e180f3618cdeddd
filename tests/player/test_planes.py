"""What a page without Python holds of frames: about nine digits of each number."""

import struct

import numpy as np

from mlpteach.player.planes import FRAME_BYTES, to_planes


def from_planes(data):
    """Numbers of which the upper five bytes travel, each byte in a plane of its own."""
    count = len(data) // 5
    return np.array(
        [
            struct.unpack("<d", bytes([0, 0, 0, *(data[plane * count + i] for plane in range(5))]))
            for i in range(count)
        ]
    ).ravel()


def test_about_nine_digits_travel_over_the_full_range():
    values = np.random.default_rng(1).normal(size=(3, 40)) * np.logspace(-250, 250, 40)
    data = to_planes(values)
    assert len(data) == FRAME_BYTES * values.size
    np.testing.assert_allclose(from_planes(data), values.ravel(), rtol=2.0**-28)


def test_what_is_no_number_stays_so():
    values = np.array([[np.nan, np.inf, -np.inf, 0.0]])
    np.testing.assert_array_equal(from_planes(to_planes(values)), values.ravel())
