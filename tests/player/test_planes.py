"""What travels of frames: all digits of small ones; of large ones those of the chosen entry."""

import struct

import numpy as np

from mlpteach.player.planes import LARGE, frame_bytes, is_large
from mlpteach.views.frames import frames_of

STEPS, ROWS, COLUMNS = 3, 60, 400


def made(rows, columns):
    numbers = np.random.default_rng(1).normal(size=(2, STEPS, rows, columns))
    small = {"of rows": numbers[0, :, :, :2]}
    return frames_of({"W": numbers[0], "G": 1e-200 * numbers[1], **small})


def from_planes(data):
    """Numbers of which the upper five bytes travel, each byte in a plane of its own."""
    count = len(data) // 5
    return np.array(
        [
            struct.unpack("<d", bytes([0, 0, 0, *(data[plane * count + i] for plane in range(5))]))
            for i in range(count)
        ]
    ).ravel()


def test_small_frames_travel_as_they_are():
    frames = made(2, 3)
    assert not is_large(frames)
    values = frames.read(1, STEPS)
    assert frame_bytes(frames, values, 1, 1) == values.astype("<f8").tobytes()


def test_of_large_frames_the_chosen_entry_keeps_all_digits():
    frames = made(ROWS, COLUMNS)
    assert is_large(frames)
    assert 8 * frames.size > LARGE
    values = frames.read(2, 3)
    data = frame_bytes(frames, values, 7, 300)
    exact = np.frombuffer(data[: 2 * 3 * 8], "<f8").reshape(2, 3)
    named = frames.named(values)
    np.testing.assert_array_equal(exact[:, 0], named["W"][:, 7, 300])
    np.testing.assert_array_equal(exact[:, 1], named["G"][:, 7, 300])
    assert np.isnan(exact[:, 2]).all()  # has no column 300
    assert len(data) == 2 * 3 * 8 + 5 * values.size
    few = data[2 * 3 * 8 :]
    np.testing.assert_allclose(from_planes(few), values.ravel(), rtol=2.0**-28)


def test_a_frame_is_large_beyond_160_kilobytes():
    assert LARGE == 160_000
    assert not is_large(None)
    for columns, large in ((20_000, False), (20_001, True)):
        assert is_large(frames_of({"W": np.zeros((1, 1, columns))})) is large


def test_an_entry_beyond_the_last_row_or_column_is_none():
    frames = made(ROWS, COLUMNS)
    values = frames.read(1, 1)
    for row, column, known in ((59, 1, True), (60, 1, False), (59, 2, False)):
        exact = np.frombuffer(frame_bytes(frames, values, row, column)[:24], "<f8")
        assert np.isfinite(exact[2]) == known  # of a field of 60 rows and two columns
