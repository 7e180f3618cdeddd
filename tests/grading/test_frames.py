"""What crosses the pipe: plain data come through whole, anything else is no message."""

import json
import socket
import time
from collections import namedtuple

import numpy as np
import pytest

from mlpteach.grading.inside import frames


def through(message):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send(ours, message)
        return frames.receive(frames.Reader(theirs), time.monotonic() + 5)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6).reshape(3, 2).T,
        np.array(2.5),
        np.zeros((0, 4)),
        np.array([True, False]),
        np.array([np.nan, np.inf, -0.0]),
        np.arange(4, dtype=">f4"),
        np.arange(3, dtype=np.longdouble),
    ],
)
def test_arrays_come_through_whole(array):
    got = through({"x": (array, [array])})["x"]
    assert type(got[0]) is np.ndarray
    np.testing.assert_array_equal(got[0], array)
    np.testing.assert_array_equal(got[1][0], array)


def test_plain_values_come_through():
    values = {"a": 1.5, "b": -7, "c": None, "d": True, "e": "µ", "f": (1, [2, ()])}
    assert through(values) == values


def test_a_named_tuple_is_a_tuple():
    State = namedtuple("State", "W M")
    assert through({"x": State(1.0, 2.0)}) == {"x": (1.0, 2.0)}


@pytest.mark.parametrize("value", [print, 1j, 10**400, np.array([None]), np.array(["x"])])
def test_what_is_not_plain_is_only_named(value):
    assert isinstance(through({"x": value})["x"], frames.NotPlain)


@pytest.mark.parametrize(
    "head",
    [
        b"\xff\xfe",
        b"[1, 2]",
        b'{"dict": [1]}',
        b'{"dict": {"x": {"array": ["<f8", [10]]}}}',
        b'{"dict": {"x": {"array": ["<f8", [-1]]}}}',
        b'{"dict": {"x": {"array": ["|O", [1]]}}}',
        b'{"dict": {"x": {"array": ["<f8", [true]]}}}',
        b'{"tuple": [{"array": ["<f8", [1]]}, {"array": ["<f8", [1]]}]}',  # of the same bytes
        b'{"dict": {"x": {"pickle": "x"}}}',
        b'{"dict": ' * 1000 + b"1" + b"}" * 1000,
        b"[" * 100_000,
        b"1" * 10_000,
    ],
)
def test_what_is_forged_is_no_message(head):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frames.HEADER.pack(len(head), 8) + head + b"x" * 8)
        with pytest.raises(frames.BadFrame):
            frames.receive(frames.Reader(theirs), time.monotonic() + 5)


def test_a_length_beyond_the_cap_is_refused_before_it_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frames.HEADER.pack(2**32 - 1, 2**32 - 1))
        with pytest.raises(frames.BadFrame, match="too large"):
            frames.receive(frames.Reader(theirs), time.monotonic() + 5)


def test_silence_ends_at_the_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(frames.TooLate):
        frames.receive(frames.Reader(theirs), time.monotonic() + 0.05)


def test_a_message_is_json_with_a_length():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frames.send(ours, {"x": 1})
        length, size = frames.HEADER.unpack(theirs.recv(frames.HEADER.size))
        assert (json.loads(theirs.recv(length)), size) == ({"dict": {"x": 1}}, 0)
