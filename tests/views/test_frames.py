"""Which frames travel, and what any of them holds."""

import numpy as np
import pytest

from mlpteach.views import Frames, frames_of, join
from mlpteach.views.frames import HISTORY_BYTES, REPLAYED_STEPS


def counting(steps, stride, size=4):
    """Frames whose numbers are the step; notes what is read."""
    asked = []

    def read(first, last):
        asked.append((first, last))
        return np.repeat(np.arange(first, last + 1.0), size).reshape(-1, size)

    return Frames(steps, {"a": (2, size // 2)}, read, "a", stride), asked


def test_short_history_travels_whole_in_one_reading():
    frames, asked = counting(REPLAYED_STEPS, stride=16)
    assert frames.held == list(range(1, REPLAYED_STEPS + 1))
    assert frames.values.shape == (REPLAYED_STEPS, 4)
    assert asked == [(1, REPLAYED_STEPS)]


def test_of_a_long_history_travels_what_is_read_fast_and_the_last():
    frames, asked = counting(1000, stride=16)
    assert frames.held == [*range(1, 1001, 16), 1000]
    np.testing.assert_array_equal(frames.values[:, 0], frames.sampled)
    assert all(first == last for first, last in asked)


def test_history_larger_than_its_budget_is_spread():
    frames, _ = counting(2000, stride=16, size=2**11)  # 16 KiB a frame
    assert len(frames.held) == 6
    assert (frames.held[0], frames.held[-1]) == (1, 2000)
    assert all((k - 1) % 16 == 0 for k in frames.held[:-1])


def test_frames_of_several_are_joined_side_by_side():
    a, b = np.arange(12.0).reshape(3, 2, 2), np.arange(3.0).reshape(3, 1, 1)
    frames = join(frames_of({"a": a}, select="a"), frames_of({"b": b}))
    named = frames.named(frames.read(2, 3))
    np.testing.assert_array_equal(named["a"], a[1:])
    np.testing.assert_array_equal(named["b"], b[1:])
    assert frames.select == "a"
    assert frames.held == [1, 2, 3]


def test_frames_that_are_joined_are_read_as_fast_as_the_slowest():
    slow, _ = counting(1000, stride=16)
    fast = Frames(1000, {"b": (1, 1)}, lambda first, last: np.zeros((last - first + 1, 1)))
    assert (join(slow, fast).stride, join(fast, slow).stride) == (16, 16)


def test_frames_need_not_travel_at_all():
    read = counting(9, stride=1)[0].read
    assert Frames(9, {"a": (2, 2)}, read, travelling=0).held == []


def test_fields_that_are_no_dict_are_named():
    with pytest.raises(TypeError, match=r"^fields must be"):
        Frames(1, [("a", (1, 1))], lambda first, last: np.zeros((1, 1)))


def test_a_frame_larger_than_all_may_be_travels_only_for_the_step_shown():
    size = HISTORY_BYTES // 8
    assert frames_of({"W": np.zeros((3, 1, size))}).held == [1, 3]
    large = frames_of({"W": np.zeros((3, 1, size + 1))})
    assert large.held == []
    assert large.at(large.held).shape == (0, size + 1)
