"""The core of a dashboard: histories, a page's messages, failures; no widget is needed."""

import json
import re
import zlib

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.player import Core, Toggle
from mlpteach.player.runs import run_bytes
from mlpteach.views import Axes, Plot, Show, frames_of
from mlpteach.views.frames import spread


@pytest.fixture
def core():
    X, y = mt.datasets.moons(n=60, seed=1)
    return mt.dashboards.adam(X, y, epochs=2, batch_size=16).core


def kinds(answers):
    return [message["type"] for message, _ in answers]


def frame(core, k):
    frames = np.frombuffer(core.frames).reshape(-1, core.spec["frame"])
    return frames[core.spec["held"].index(k)]


def test_all_updates_of_a_small_run_travel(core):
    assert core.spec["held"] == list(range(1, len(core.trace) + 1))
    W = core.trace[4].before.W[2]
    np.testing.assert_array_equal(frame(core, 5)[: W.size], W.ravel())


def array(core, place):
    kind = {16: "<u2", 32: "<f4", 64: "<f8"}[place.get("bits", 64)]
    numbers = np.frombuffer(core.numbers, kind, offset=8 * place["at"])
    array = numbers[: np.prod(place["shape"])].reshape(place["shape"])
    return array if kind != "<u2" else np.where(array == 65535, np.nan, array / 65534 * 3 - 1)


def test_series_and_points_hold_the_costs(core):
    spec = core.spec
    costs = array(core, spec["series"]["loss"])
    np.testing.assert_array_equal(costs, core.trace.losses)
    plot = next(panel for panel in spec["panels"] if panel["kind"] == "plot")
    points = array(core, plot["layers"][0]["points"])
    assert points.shape == (len(core.trace), 2)
    assert ((points > 0) & (points < 1)).all()
    low, high, log = plot["limits"][1]
    shares = (costs - low) / (high - low)
    np.testing.assert_allclose(1 - points[:, 1], shares, atol=1.6 / 65534)
    assert not log


def test_axes_that_differ_have_pictures_of_their_own():
    # Python's hash of -1.0 and of -2.0 is the same.
    plots = tuple(Plot("", "", Axes("x", "y", (low, 1.0), (0, 1)), ()) for low in (-1.0, -2.0))
    core = Core(lambda values: Show({}, 1, plots), [], {}, "Two plots", "plots")
    first, second = (core.pictures()[panel["picture"]] for panel in core.spec["panels"])
    assert first["across"] != second["across"]


def test_changed_values_give_a_new_history(core):
    before = core.frames
    values = {**core.values, "form": "paper", "eta": 0.05}
    answers = core.answer({"type": "configure", "values": values, "request": 7})
    (history, buffers), acknowledged = answers
    assert acknowledged == ({"type": "configured", "request": 7}, [])
    assert (history["type"], buffers) == ("history", [core.numbers, core.frames])
    assert history["spec"]["values"] == core.values == values
    assert core.trace.run.rule.form == "paper"
    assert core.trace.run.rule.values["eta"] == 0.05
    assert core.frames != before


def test_equal_values_are_acknowledged_too(core):
    sequence = core.spec["sequence"]
    message = {"type": "configure", "values": core.values, "request": 1}
    assert kinds(core.answer(message)) == ["history", "configured"]
    assert core.spec["sequence"] == sequence + 1


def test_failure_is_told_to_the_page_and_the_old_picture_stays(core):
    trace, values = core.trace, core.values
    message = {"type": "configure", "values": {**values, "eta": -1.0}, "request": 2}
    [(answer, _)] = core.answer(message)
    assert answer["type"] == "failed"
    assert answer["request"] == 2
    assert "eta must be in (0, inf); given -1.0" in answer["message"]
    assert core.trace is trace
    assert core.values == values


def test_window_sends_frames_that_did_not_travel(core):
    message = {"type": "window", "first": 3, "last": 5, "sequence": core.spec["sequence"]}
    [(answer, [buffer])] = core.answer(message)
    assert (answer["first"], answer["last"]) == (3, 5)
    frames, place = core.show.frames, core.position
    values = np.stack([frame(core, k) for k in (3, 4, 5)])
    run = run_bytes(frames, core.spec["fields"], values, place["row"], place["column"])
    assert zlib.decompress(buffer) == run


def test_of_frames_that_a_page_has_another_entry_is_sent(core):
    where = {"first": 3, "last": 5, "row": 0, "column": 7, "entries": True}
    message = {"type": "window", **where, "sequence": core.spec["sequence"]}
    [(answer, [buffer])] = core.answer(message)
    assert (answer["row"], answer["column"], answer["entries"]) == (0, 7, True)
    names = list(core.show.frames.fields)
    entries = np.frombuffer(zlib.decompress(buffer)).reshape(3, len(names))
    wanted = [core.trace[k - 1].M.W[2][0, 7] for k in (3, 4, 5)]
    np.testing.assert_array_equal(entries[:, names.index("M")], wanted)


def test_window_of_an_older_history_is_not_answered(core):
    message = {"type": "window", "first": 3, "last": 5, "sequence": 0}
    assert core.answer(message) == []


def test_configure_from_python_refuses_unknown_controls(core):
    with pytest.raises(ValueError, match="no control 'gamma'; it has: form, eta"):
        core.configure(gamma=0.9)
    core.configure(bias_correction=False)
    assert core.spec["values"]["bias_correction"] is False


def test_spread_keeps_both_ends():
    held = spread(1000, frame_bytes=10, budget=100)
    assert (held[0], held[-1], len(held)) == (1, 1000, 10)
    assert spread(3, frame_bytes=10**9) == [1, 3]
    assert spread(0, frame_bytes=1) == []


def test_any_history_can_be_played():
    def build(values):
        return Show({}, 0, message=f"on: {values['on']}")

    core = Core(build, [Toggle("on", "on")], {"on": True}, "Empty", "empty")
    core.configure(on=False)
    assert core.spec["message"] == "on: False"


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"form": "slide"}, ValueError, "form must be one of lecture, paper; given 'slide'"),
        ({"bias_correction": 1}, TypeError, "bias_correction must be True or False; given 1"),
        ({"eta": "fast"}, TypeError, "eta must be a number in .*; given 'fast'"),
        ({"layer": 3}, ValueError, "layer must be one of 1, 2; given 3"),
    ],
)
def test_values_that_a_control_can_not_have_are_refused(core, values, error, message):
    trace = core.trace
    with pytest.raises(error, match=message):
        core.configure(**values)
    assert core.trace is trace


def test_missing_names_keep_their_values_and_numbers_name_options(core):
    message = {"type": "configure", "values": {"layer": 1}, "request": 3}
    assert kinds(core.answer(message)) == ["history", "configured"]
    assert core.values["layer"] == "1"
    assert core.values["form"] == "lecture"


@pytest.mark.parametrize(("first", "last"), [(5, 3), (0, 3), (1, 10**6), (1.5, 3)])
def test_windows_outside_the_run_are_refused(core, first, last):
    sequence = core.spec["sequence"]
    message = {"type": "window", "first": first, "last": last, "sequence": sequence}
    [(answer, _)] = core.answer(message)
    assert answer["type"] == "failed"
    assert "must be a whole number" in answer["message"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"type": "dance"}, "unknown message type 'dance'"),
        ({"type": ["configure"]}, "unknown message type \\['configure'\\]"),
        ({}, "unknown message type None"),
        ("configure", "a message must be a dict; given 'configure'"),
        ({"type": "configure"}, "a message of the type configure needs values"),
        ({"type": "configure", "values": [1]}, "values must be a dict of control names"),
        ({"type": "window", "first": 1}, "needs last, sequence"),
        ({"type": "restore", "text": None}, "a state must be text"),
        ({"type": "position", "position": {"k": 1.5}}, "must be a whole number"),
        ({"type": "position", "position": {"row": 1, "kk": 2}}, "position has no 'kk'"),
        ({"type": "position", "position": [1]}, "position must be a dict"),
    ],
)
def test_a_wrong_message_is_answered_and_changes_nothing(core, message, told):
    before = core.state, core.sequence
    [(answer, buffers)] = core.answer(message)
    assert (answer["type"], buffers) == ("failed", [])
    assert re.search(told, answer["message"])
    assert (core.state, core.sequence) == before


def test_a_page_that_has_pictures_gets_the_others_alone(core):
    everything = core.pictures()
    message = {"type": "configure", "values": {"eta": 0.5}, "pictures": list(everything)}
    (history, _), _ = core.answer(message)
    assert set(history["pictures"]) == set(core.pictures()) - set(everything)
    (history, _), _ = core.answer({**message, "pictures": list(core.pictures())})
    assert history["pictures"] == {}


def test_a_state_is_restored_for_the_page(core):
    core.configure(eta=0.05)
    core.position = {"k": 3, "row": 0, "column": 7}
    text = core.state
    core.configure(eta=0.01)
    assert kinds(core.answer({"type": "restore", "text": text, "request": 1})) == [
        "history",
        "configured",
    ]
    assert core.state == text


def test_the_page_tells_where_it_stands(core):
    assert core.answer({"type": "position", "position": {"k": 4, "column": 2}}) == []
    assert core.position == {"k": 4, "line": 0, "row": 0, "column": 2}


def test_all_that_travels_is_plain_data(core):
    for message, buffers in [core.history(), *core.answer({"type": "configure", "values": {}})]:
        assert json.loads(json.dumps(message, allow_nan=False))["type"]
        assert all(type(buffer) is bytes for buffer in buffers)


def history_of(rows, steps=9):
    """The core of a history whose frames hold one row of numbers, k and k + 0.5 and so on."""
    numbers = np.arange(1.0, steps + 1)[:, None, None] + np.arange(rows) / rows
    return Core(
        lambda values: Show({}, steps, frames=frames_of({"W": numbers}, "W")), [], {}, "W", "w"
    )


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        (1_000, list(range(1, 10))),  # 8 kB a step: all travel
        (6_000, [1, 5, 9]),  # two of 48 kB are all that may; the step shown comes on top
        (6_001, [5]),  # two are too much: that of the step shown alone
        (30_000, [5]),
    ],
)
def test_the_frame_of_the_step_shown_travels_with_others_or_alone(rows, held):
    core = history_of(rows)
    core.position = {"k": 5, "column": 7}
    message, (_, frames) = core.history()
    assert message["spec"]["held"] == held
    assert message["position"]["k"] == 5
    # Large frames are a run: of what no panel shows the chosen entry alone.
    large = 8 * rows > 160_000
    assert message["spec"]["chosen"] == ([0, 7] if large else None)
    assert len(frames) == (8 + 8 if large else len(held) * 8 * rows)
    exact = np.frombuffer(frames[8:16] if large else frames, "<f8").ravel()
    place = 0 if large else held.index(5) * rows + 7
    assert exact[place] == 5.0 + 7 / rows


def test_a_page_that_configures_opens_where_it_says(core):
    answers = core.answer({"type": "configure", "values": {}, "position": {"k": 4, "column": 3}})
    assert answers[0][0]["position"]["k"] == core.position["k"] == 4
    assert core.position["column"] == 3


def test_position_stays_inside_the_run(core):
    core.position = {"k": 10**6, "line": -1, "row": 9, "column": 99}
    end = {"k": len(core.trace), "line": 0, "row": 0, "column": 29}
    assert core.position == end
    with pytest.raises(TypeError, match="position\\['k'\\] must be a whole number"):
        core.position = {"k": 1.5}
    assert core.position == end


def test_position_follows_a_shorter_history():
    core = Core(
        lambda values: Show({}, 9 if values["on"] else 4),
        [Toggle("on", "on")],
        {"on": True},
        "Short",
        "short",
    )
    core.position = {"k": 9}
    core.configure(on=False)
    assert core.position["k"] == 4
