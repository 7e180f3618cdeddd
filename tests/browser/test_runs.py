"""The page reads a run of frames as Python wrote it: each field's numbers, as exact as it needs."""

import base64
from pathlib import Path

import numpy as np
import pytest

import mlpteach.player
from mlpteach.player.runs import PLANES, deflated, run_bytes
from mlpteach.views.frames import frames_of

PAGE = Path(mlpteach.player.__file__).parent / "page"
SOURCE = "\n".join((PAGE / name).read_text("utf-8") for name in ("colors.js", "runs.js"))
READ = """async ([source, packed, count, fields]) => {
  const { readRun, numbersOf, inflate } = new Function(
    source + "; return { readRun, numbersOf, inflate };")();
  const bytes = await inflate(Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)));
  const run = readRun(bytes, count, fields);
  const frames = Array.from({ length: count }, (_, i) => i);
  const all = fields.map((field) => frames.map((i) => [...numbersOf(run, i, field)]));
  return [[...run.exact], ...all];
}"""
STEPS, ROWS, COLUMNS = 7, 4, 5
SIGNED = {"kind": "levels", "limit": 2.0, "gamma": 0.5, "colors": "signed"}
POSITIVE = {"kind": "levels", "limit": 3.0, "gamma": 1.0, "colors": "positive"}


def read_by_the_page(page, values, seen):
    """Return the chosen entries and each field's numbers, as the page reads them."""
    frames = frames_of(values, next(iter(values)))
    run = deflated(run_bytes(frames, seen, frames.read(1, STEPS), 1, 2))
    fields = [{"name": name, "rows": ROWS, "columns": COLUMNS, **seen[name]} for name in values]
    packed = base64.b64encode(run).decode()
    exact, *found = page.evaluate(READ, [SOURCE, packed, STEPS, fields])
    found = [np.array(one).reshape(STEPS, ROWS, COLUMNS) for one in found]
    return np.array(exact).reshape(STEPS, -1), dict(zip(values, found, strict=True))


def close_by(steps, seed):
    """Frames of which each differs little from the one before, so that differences travel."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=(1, ROWS, COLUMNS))
    return start + 0.01 * rng.normal(size=(steps, ROWS, COLUMNS)).cumsum(axis=0)


@pytest.mark.parametrize("make", [close_by, lambda n, s: close_by(n, s)[::-1] * 40.0])
def test_all_kinds_are_read_together(page, make):
    numbers = {name: make(STEPS, seed) for seed, name in enumerate(["drawn", "rounded", "numbers"])}
    values = {
        "map": make(STEPS, 5), "root": np.abs(make(STEPS, 6)),
        "packed": np.floor(np.abs(make(STEPS, 7)) * 1000) % 2**24, **numbers,
        "entry": make(STEPS, 8),
    }  # fmt: skip
    values["map"][3:, 2, 1:3] = np.nan
    seen = {name: {"kind": name} for name in PLANES if name != "levels"}
    seen |= {"map": SIGNED, "root": POSITIVE}
    exact, read = read_by_the_page(page, values, seen)

    wanted = np.stack([of_field[:, 1, 2] for of_field in values.values()], axis=1)
    np.testing.assert_array_equal(exact, wanted)
    for name in ("packed", "numbers"):
        np.testing.assert_array_equal(read[name], values[name])
    np.testing.assert_allclose(read["drawn"], values["drawn"], rtol=2.0**-13)
    np.testing.assert_allclose(read["rounded"], values["rounded"], rtol=2.0**-29)
    assert np.isnan(read["entry"]).all()
    np.testing.assert_array_equal(np.isnan(read["map"]), np.isnan(values["map"]))
    # Half a level of the 255 between the ends of a map's colours, in what the colours show.
    maps = np.clip(values["map"], -2.0, 2.0) / 2.0, read["map"] / 2.0
    roots = [np.sign(one) * np.sqrt(np.abs(one)) for one in maps]
    assert np.nanmax(np.abs(roots[0] - roots[1])) <= 1 / 255 + 1e-12
    assert np.abs(read["root"] - np.clip(values["root"], 0.0, 3.0)).max() <= 1.5 / 255 + 1e-12
