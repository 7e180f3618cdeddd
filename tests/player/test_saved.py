"""A saved dashboard: one file, no network, the numbers of the run; played in tests/browser."""

import base64
import gzip
import json
import re

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.player import Core, GuidedStep, Slider
from mlpteach.player.saved import fitting_frames, pack_frames
from mlpteach.views import Show, frames_of
from mlpteach.views.frames import spread


def unpack(text):
    """Read packed frames as the page does: five byte planes, the upper bytes of each float."""
    planes = np.frombuffer(gzip.decompress(base64.b64decode(text)), np.uint8).reshape(5, -1)
    whole = np.zeros((planes.shape[1], 8), np.uint8)
    whole[:, 3:] = planes.T
    return whole.view("<f8").ravel()


def test_numbers_keep_nine_digits_over_the_full_range():
    numbers = np.array([0.1, -1 / 3, 5e-300, -7e250, 1e-320, 0.0, np.inf, -np.inf, np.nan, 0.99999])
    read = unpack(pack_frames(numbers))
    np.testing.assert_allclose(read, numbers, rtol=2e-9, atol=1e-310)


@pytest.mark.parametrize("dtype", ["f4", ">f8", "i8"])
def test_numbers_of_any_kind_are_packed_as_floats(dtype):
    numbers = np.array([1, -2, 3]).astype(dtype)
    np.testing.assert_array_equal(unpack(pack_frames(numbers)), [1.0, -2.0, 3.0])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), epochs=2)
    dashboard.position = {"k": 3}
    path = dashboard.save_html(tmp_path_factory.mktemp("saved") / "adam.html")
    return dashboard, path.read_text("utf-8")


def script(page, id):
    return re.search(rf'<script[^>]*id="{id}">(.*?)</script>', page, re.DOTALL)[1]


def test_page_holds_every_frame_and_where_it_stood(saved):
    dashboard, page = saved
    state = json.loads(script(page, "state"))
    assert state["position"]["k"] == 3
    assert state["spec"]["saved"] is True
    assert state["spec"]["held"] == list(range(1, len(dashboard.trace) + 1))
    read, expected = unpack(script(page, "frames")), np.frombuffer(dashboard.frames)
    np.testing.assert_allclose(read, expected, rtol=2e-9)


def test_page_asks_for_nothing_from_outside(saved):
    _, page = saved
    code = re.sub(r'"data:image/png;base64,[^"]*"', "", page).replace(
        "http://www.w3.org/1998/Math/MathML", ""
    )
    assert not re.search(r"https?://|@import|src=\"(?!data:)", code)


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        (
            "none/adam.html",
            FileNotFoundError,
            "path must lie in a folder that is there; .* no folder",
        ),
        (".", IsADirectoryError, "path must name a file; given .*, a folder."),
    ],
)
def test_a_path_that_can_be_no_file_is_told_in_words(saved, tmp_path, path, error, said):
    with pytest.raises(error, match=said):
        saved[0].save_html(tmp_path / path)
    with pytest.raises(TypeError, match="path must be a path; given 3"):
        saved[0].save_html(3)


def test_large_history_is_thinned_to_the_size_of_a_page(tmp_path, monkeypatch):
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=200, seed=1), epochs=8, guide=())
    whole = dashboard.save_html(tmp_path / "whole.html")
    room = whole.stat().st_size - len(script(whole.read_text("utf-8"), "frames")) // 2
    monkeypatch.setattr("mlpteach.player.saved.PAGE_BYTES", room)
    path = dashboard.save_html(tmp_path / "thin.html")
    assert path.stat().st_size <= room
    held = json.loads(script(path.read_text("utf-8"), "state"))["spec"]["held"]
    assert (held[0], held[-1]) == (1, len(dashboard.trace))
    assert 2 < len(held) < len(dashboard.trace)


def noise(steps, size):
    """Frames that can hardly be compressed."""
    return frames_of({"W": np.random.default_rng(1).standard_normal((steps, 1, size))}, "W")


@pytest.mark.parametrize(("room", "least"), [(10**6, 40), (12_000, 16), (6_000, 7)])
def test_as_many_frames_are_kept_as_there_is_room_for(room, least):
    """Of 100 numbers each takes 5 bytes, and a third more as text: about 650."""
    packed, held = fitting_frames(noise(40, 100), room)
    assert len(packed) <= room
    assert (held[0], held[-1]) == (1, 40)
    assert least <= len(held) == len(set(held))
    read = unpack(packed).reshape(len(held), 100)
    np.testing.assert_allclose(read, noise(40, 100).at(held), rtol=2e-9)


def test_the_first_frame_and_the_last_are_kept_in_any_case():
    assert fitting_frames(noise(40, 100), 100)[1] == [1, 40]
    assert fitting_frames(None, 100)[1] == []


def steps_of(tmp_path, size):
    """Save a dashboard whose two guided steps have histories of their own."""

    def build(values):
        return Show({}, 6, frames=noise(6, size) if values["a"] > 1 else noise(6, 1))

    guide = GuidedStep("One.", "a=2"), GuidedStep("Two.", "a=3&k=4")
    core = Core(build, [Slider("a", "a", 0.0, 9.0)], {"a": 1.0}, "Steps", "steps", guide=guide)
    page = core.save_html(tmp_path / "steps.html").read_text("utf-8")
    return json.loads(script(page, "steps"))


def test_guided_steps_travel_with_their_own_frames(tmp_path):
    for sentence, step in zip(("One.", "Two."), steps_of(tmp_path, 20_001), strict=True):
        assert step["spec"]["guided"]["sentence"] == sentence
        assert step["spec"]["chosen"] is None  # all numbers are there
        held = step["spec"]["held"]
        assert held == [1, 2, 3, 4, 5, 6]
        read = unpack(step["frames"]).reshape(6, 20_001)
        np.testing.assert_allclose(read, noise(6, 20_001).read(1, 6), rtol=2e-9)
    assert step["position"]["k"] == 4


def test_a_guided_step_too_large_for_its_share_is_left_out(tmp_path, monkeypatch):
    """Two frames at least, of 20,000 numbers with about 6.5 bytes each, take 260 kB."""
    whole = len((tmp_path / "steps.html").read_text("utf-8")) if steps_of(tmp_path, 1) else 0
    for room, kept in ((400_000, 0), (1_200_000, 2)):
        monkeypatch.setattr("mlpteach.player.saved.PAGE_BYTES", whole + room)
        steps = steps_of(tmp_path, 20_000)
        assert sum(step is not None for step in steps) == kept
        assert len((tmp_path / "steps.html").read_text("utf-8")) <= whole + room


def test_spread_keeps_both_ends():
    assert spread(10, 1, 4) == [1, 4, 7, 10]


def test_default_dashboard_is_a_page_below_3_megabytes(tmp_path):
    path = mt.dashboards.adam().save_html(tmp_path / "adam.html")
    assert path.stat().st_size < 3_000_000


def test_marks_of_the_template_may_stand_in_texts(tmp_path):
    show = mt.views.Show({}, 1, message="@STYLE@ @NUMBERS@")
    player = mt.player.Player(lambda values: show, [], {}, "@MODULE@", "marks")
    page = player.save_html(tmp_path / "marks.html").read_text(encoding="utf-8")
    assert "<title>@MODULE@</title>" in page
    (state,) = re.findall(r'id="state">(.*?)</script>', page)
    assert json.loads(state)["spec"]["message"] == "@STYLE@ @NUMBERS@"
