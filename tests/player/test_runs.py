"""What travels of frames that are asked for: maps in colours, chosen entries with all digits."""

import struct
import zlib

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.basics.style import Style
from mlpteach.player.core import CHANGE_BYTES, FIRST_BYTES
from mlpteach.player.runs import (
    LARGE,
    PLANES,
    deflated,
    entries_of,
    is_large,
    run_bytes,
    run_length,
    seen_fields,
)
from mlpteach.views import Axes, Bars, Heat, Images, Plot, Show
from mlpteach.views.frames import Frames, frames_of
from mlpteach.views.image_panels import pack_images

STEPS, ROWS, COLUMNS = 4, 5, 6


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def shown(fields, panels):
    return Show({}, STEPS, tuple(panels), {}, frames=frames_of(fields, next(iter(fields))))


def read_run(data, frames, seen, count):
    """Read a run byte for byte, as its module writes it down: entries, and planes of each field."""
    fields = list(frames.fields.items())
    flags, at = data[: len(fields)], 8 * -(-len(fields) // 8)
    exact = np.array(struct.unpack_from(f"<{count * len(fields)}d", data, at))
    at += 8 * exact.size
    found = {}
    for flag, (name, (rows, columns)) in zip(flags, fields, strict=True):
        planes = []
        for _ in range(PLANES[seen[name]["kind"]] + (flag & 2 > 0)):
            size = count * rows * columns
            plane = np.frombuffer(data[at : at + size], np.uint8).reshape(count, rows * columns)
            planes.append(np.cumsum(plane, axis=0) % 256 if flag & 1 else plane)
            at += size
        found[name] = planes
    assert at == len(data)
    return exact.reshape(count, len(fields)), found


def test_of_a_map_its_colours_travel():
    values = normal(STEPS, ROWS, COLUMNS)
    values[0, 0, :3] = 0.0, 3.0, -9.0
    heat = Heat("W", "", "W", "signed", limit=3.0, gamma=0.5)
    show = shown({"W": values, "G": values}, [heat])
    seen = seen_fields(show)
    assert [seen[name]["kind"] for name in ("W", "G")] == ["levels", "entry"]
    data = run_bytes(show.frames, seen, show.frames.read(1, STEPS), 1, 2)
    exact, planes = read_run(data, show.frames, seen, STEPS)
    np.testing.assert_array_equal(exact, np.stack([values[:, 1, 2]] * 2, axis=1))
    # The middle of the colours is at 127.5.
    assert planes["W"][0][0, :3].tolist() == [128, 255, 0]
    strength = np.sqrt(np.minimum(np.abs(values) / 3.0, 1.0)) * np.sign(values)
    wanted = 127.5 + 127.5 * strength
    assert np.abs(planes["W"][0].reshape(values.shape) - wanted).max() <= 0.5 + 1e-9
    assert planes["G"] == []


def test_what_never_is_negative_has_all_colours():
    values = np.abs(normal(STEPS, 1, COLUMNS))
    show = shown({"V": values}, [Heat("V", "", "V", "positive", limit=2.0, gamma=1.0)])
    seen = seen_fields(show)
    data = run_bytes(show.frames, seen, show.frames.read(1, STEPS), 0, 0)
    _, planes = read_run(data, show.frames, seen, STEPS)
    wanted = 255 * np.minimum(values / 2.0, 1.0).reshape(STEPS, -1)
    assert np.abs(planes["V"][0] - wanted).max() <= 0.5 + 1e-9


def test_where_no_number_is_a_map_has_a_gap():
    values = normal(STEPS, ROWS, COLUMNS)
    values[2, :, 4:] = np.nan
    show = shown({"V": values}, [Heat("V", "", "V", "signed", limit=1.0, gamma=1.0)])
    seen = seen_fields(show)
    data = run_bytes(show.frames, seen, show.frames.read(1, STEPS), 0, 5)
    exact, planes = read_run(data, show.frames, seen, STEPS)
    there, _ = planes["V"]
    np.testing.assert_array_equal(there == 1, ~np.isnan(values.reshape(STEPS, -1)))
    np.testing.assert_array_equal(exact[:, 0], values[:, 0, 5])


def test_two_scales_of_one_field_need_its_numbers():
    values = normal(STEPS, ROWS, COLUMNS)
    heats = [Heat("W", "", "W", "signed", limit, 1.0) for limit in (1.0, 2.0)]
    show = shown({"W": values}, heats)
    seen = seen_fields(show)
    assert seen == {"W": {"kind": "numbers"}}
    data = run_bytes(show.frames, seen, show.frames.read(1, STEPS), 0, 0)
    _, planes = read_run(data, show.frames, seen, STEPS)
    numbers = np.stack(planes["W"], axis=-1).astype(np.uint8).view("<f8")
    np.testing.assert_array_equal(numbers.reshape(values.shape), values)


def test_images_travel_in_three_bytes_for_three_pixels():
    rows = np.stack([pack_images(normal(2, 9, seed=seed), 2.0) for seed in range(STEPS)])
    rows[3, 1] = np.nan  # a smaller batch
    show = shown({"batch": rows}, [Images("", "batch", "batch", 3)])
    seen = seen_fields(show)
    data = run_bytes(show.frames, seen, show.frames.read(1, STEPS), 0, 0)
    _, planes = read_run(data, show.frames, seen, STEPS)
    there, low, middle, high = (plane.reshape(STEPS, 2, 3) for plane in planes["batch"])
    read = low.astype(int) + 256 * middle.astype(int) + 65536 * high.astype(int)
    np.testing.assert_array_equal(np.where(there == 1, read, np.nan), rows)


def test_bars_are_drawn_to_a_thousandth():
    values = normal(STEPS, ROWS, COLUMNS) * 1e-7
    bars = Bars(np.arange(float(ROWS)), "V", Style("#000000", marker=""))
    axes = Axes("", "", (-1.0, 5.0), (-1.0, 1.0))
    show = shown({"V": values}, [Plot("", "bars", axes, (bars,))])
    seen = seen_fields(show)
    data = run_bytes(show.frames, seen, show.frames.read(1, STEPS), 0, 0)
    _, planes = read_run(data, show.frames, seen, STEPS)
    upper = np.zeros((STEPS, ROWS * COLUMNS, 8), np.uint8)
    upper[..., 5:] = np.stack(planes["V"], axis=-1)
    np.testing.assert_allclose(upper.view("<f8")[..., 0], values.reshape(STEPS, -1), rtol=2.0**-13)


def test_frames_are_large_beyond_160_kilobytes():
    assert LARGE == 160_000
    assert not is_large(None)
    for columns, large in ((20_000, False), (20_001, True)):
        frames = frames_of({"W": np.zeros((STEPS, 1, columns))})
        assert is_large(frames) is large


def test_an_entry_beyond_the_last_row_or_column_is_none():
    frames = frames_of({"W": normal(1, ROWS, COLUMNS), "rows": normal(1, ROWS, 2)})
    for row, column, known in ((4, 1, True), (5, 1, False), (4, 2, False)):
        exact = np.frombuffer(entries_of(frames, frames.read(1, 1), row, column))
        assert np.isfinite(exact[1]) == known


def test_what_is_asked_for_at_once_follows_from_the_size_of_a_frame():
    fields = {"W": (10, 100), "hidden": (10, 100)}
    seen = {"W": {"kind": "numbers"}, "hidden": {"kind": "entry"}}
    for steps, length in ((1000, 400_000 // (8 * 1000 + 16)), (30, 30)):
        assert run_length(Frames(steps, fields, lambda first, last: None), seen) == length
    one = Frames(9, {"W": (1000, 1000)}, lambda first, last: None)
    assert run_length(one, {"W": {"kind": "numbers"}}) == 1


def test_a_run_is_inflated_by_anybody():
    data = bytes(1000) + b"run" * 50
    assert zlib.decompress(deflated(data)) == data
    assert len(deflated(data)) < 300


@pytest.mark.parametrize("name", ["adam", "optimizer", "network", "cost_lab", "batches"])
def test_all_frames_are_a_few_messages_and_what_follows_by_itself_is_bounded(name):
    core = getattr(mt.dashboards, name)().core
    for most in (FIRST_BYTES, CHANGE_BYTES):
        message, buffers = core.history()
        spec, steps = message["spec"], core.show.steps
        assert 0 < spec["ahead"] <= most - sum(map(len, buffers))
        assert steps / spec["length"] <= 10
        core.configure()
