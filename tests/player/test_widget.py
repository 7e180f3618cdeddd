"""The kernel's half of a dashboard: histories, requests, failures."""

import numpy as np
import pytest
import traitlets

import mlpteach as mt
from mlpteach.player.controls import Toggle
from mlpteach.player.spec import describe_show
from mlpteach.player.widget import Player
from mlpteach.views import Axes, Plot, Show
from mlpteach.views.frames import spread


@pytest.fixture
def dashboard():
    X, y = mt.datasets.moons(n=60, seed=1)
    return mt.dashboards.adam(X, y, epochs=2, batch_size=16)


def sent_by(player, monkeypatch, message):
    """Let the page send a message; return what the kernel answers."""
    answers = []
    monkeypatch.setattr(
        player, "send", lambda content, buffers=None: answers.append((content, buffers))
    )
    player._receive(player, message, [])
    return answers


def frame(dashboard, k):
    frames = np.frombuffer(dashboard.frames).reshape(-1, dashboard.spec["frame"])
    return frames[dashboard.spec["held"].index(k)]


def test_all_updates_of_a_small_run_travel(dashboard):
    assert dashboard.spec["held"] == list(range(1, len(dashboard.trace) + 1))
    W = dashboard.trace[4].before.W[2]
    np.testing.assert_array_equal(frame(dashboard, 5)[: W.size], W.ravel())


def array(dashboard, place):
    numbers = np.frombuffer(dashboard.numbers)[place["at"] :]
    return numbers[: np.prod(place["shape"])].reshape(place["shape"])


def test_series_and_points_hold_the_costs(dashboard):
    spec = dashboard.spec
    costs = array(dashboard, spec["series"]["loss"])
    np.testing.assert_array_equal(costs, dashboard.trace.losses)
    plot = next(panel for panel in spec["panels"] if panel["kind"] == "plot")
    points = array(dashboard, plot["layers"][0]["points"])
    assert points.shape == (len(dashboard.trace), 2)
    assert ((points > 0) & (points < 1)).all()
    low, high, log = plot["limits"][1]
    _left, top, _width, height = plot["box"]
    np.testing.assert_allclose(low + (1 - (points[:, 1] - top) / height) * (high - low), costs)
    assert not log


def test_unchanged_pictures_do_not_travel_again(dashboard):
    before = dashboard.pictures
    changes = []
    dashboard.observe(lambda change: changes.append(change["name"]), ["pictures", "numbers"])
    dashboard.configure(eta=dashboard.values["eta"] * 1.01)
    assert changes == ["numbers"]
    assert dashboard.pictures == before


def test_axes_that_differ_have_pictures_of_their_own():
    # Python's hash of -1.0 and of -2.0 is the same.
    plots = tuple(Plot("", "", Axes("x", "y", (low, 1.0), (0, 1)), ()) for low in (-1.0, -2.0))
    spec, _, pictures = describe_show(Show({}, 1, plots))
    first, second = (pictures[panel["picture"]] for panel in spec["panels"])
    assert first["ink"] != second["ink"]


def test_changed_values_give_a_new_history(dashboard, monkeypatch):
    before = dashboard.frames
    values = {**dashboard.values, "form": "paper", "eta": 0.05}
    answers = sent_by(dashboard, monkeypatch, {"type": "configure", "values": values, "request": 7})
    assert answers == [({"type": "configured", "request": 7}, None)]
    assert dashboard.trace.run.rule.form == "paper"
    assert dashboard.trace.run.rule.values["eta"] == 0.05
    assert dashboard.frames != before


def test_equal_values_are_acknowledged_too(dashboard, monkeypatch):
    sequence = dashboard.spec["sequence"]
    message = {"type": "configure", "values": dashboard.values, "request": 1}
    assert sent_by(dashboard, monkeypatch, message)[0][0]["type"] == "configured"
    assert dashboard.spec["sequence"] == sequence + 1


def test_failure_is_told_to_the_page_and_the_old_picture_stays(dashboard, monkeypatch):
    trace, values = dashboard.trace, dashboard.values
    message = {"type": "configure", "values": {**values, "eta": -1.0}, "request": 2}
    [(answer, _)] = sent_by(dashboard, monkeypatch, message)
    assert answer["type"] == "failed"
    assert answer["request"] == 2
    assert "eta must be in (0, inf); given -1.0" in answer["message"]
    assert dashboard.trace is trace
    assert dashboard.values == values


def test_window_sends_frames_that_did_not_travel(dashboard, monkeypatch):
    message = {"type": "window", "first": 3, "last": 5, "sequence": dashboard.spec["sequence"]}
    [(answer, [buffer])] = sent_by(dashboard, monkeypatch, message)
    assert (answer["first"], answer["last"]) == (3, 5)
    expected = np.concatenate([frame(dashboard, k) for k in (3, 4, 5)])
    np.testing.assert_array_equal(np.frombuffer(buffer), expected)


def test_window_of_an_older_history_is_not_answered(dashboard, monkeypatch):
    message = {"type": "window", "first": 3, "last": 5, "sequence": 0}
    assert sent_by(dashboard, monkeypatch, message) == []


def test_configure_from_python_refuses_unknown_controls(dashboard):
    with pytest.raises(ValueError, match="no control 'gamma'; it has: form, eta"):
        dashboard.configure(gamma=0.9)
    dashboard.configure(bias_correction=False)
    assert dashboard.spec["values"]["bias_correction"] is False


def test_spread_keeps_both_ends():
    held = spread(1000, frame_bytes=10, budget=100)
    assert (held[0], held[-1], len(held)) == (1, 1000, 10)
    assert spread(3, frame_bytes=10**9) == [1, 3]
    assert spread(0, frame_bytes=1) == []


def test_any_history_can_be_played():
    def build(values):
        return Show({}, 0, message=f"on: {values['on']}")

    player = Player(build, [Toggle("on", "on")], {"on": True}, "Empty", "empty")
    player.configure(on=False)
    assert player.spec["message"] == "on: False"


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"form": "slide"}, ValueError, "form must be one of lecture, paper; given 'slide'"),
        ({"bias_correction": 1}, TypeError, "bias_correction must be True or False; given 1"),
        ({"eta": "fast"}, TypeError, "eta must be a number in .*; given 'fast'"),
        ({"layer": 3}, ValueError, "layer must be one of 1, 2; given 3"),
    ],
)
def test_values_that_a_control_can_not_have_are_refused(dashboard, values, error, message):
    trace = dashboard.trace
    with pytest.raises(error, match=message):
        dashboard.configure(**values)
    assert dashboard.trace is trace


def test_missing_names_keep_their_values_and_numbers_name_options(dashboard, monkeypatch):
    message = {"type": "configure", "values": {"layer": 1}, "request": 3}
    assert sent_by(dashboard, monkeypatch, message)[0][0]["type"] == "configured"
    assert dashboard.values["layer"] == "1"
    assert dashboard.values["form"] == "lecture"


@pytest.mark.parametrize(("first", "last"), [(5, 3), (0, 3), (1, 10**6), (1.5, 3)])
def test_windows_outside_the_run_are_refused(dashboard, monkeypatch, first, last):
    sequence = dashboard.spec["sequence"]
    message = {"type": "window", "first": first, "last": last, "sequence": sequence}
    [(answer, _)] = sent_by(dashboard, monkeypatch, message)
    assert answer["type"] == "failed"
    assert "must be a whole number" in answer["message"]


def test_unknown_messages_are_answered(dashboard, monkeypatch):
    [(answer, _)] = sent_by(dashboard, monkeypatch, {"type": "dance"})
    assert answer["type"] == "failed"
    assert "unknown message type 'dance'" in answer["message"]


def test_position_stays_inside_the_run(dashboard):
    dashboard.position = {"k": 10**6, "line": -1, "row": 9, "column": 99}
    end = {"k": len(dashboard.trace), "line": 0, "row": 0, "column": 29}
    assert dashboard.position == end
    with pytest.raises(traitlets.TraitError, match="position\\['k'\\] must be a whole number"):
        dashboard.position = {"k": 1.5}
    assert dashboard.position == end


def test_position_follows_a_shorter_history():
    player = Player(
        lambda values: Show({}, 9 if values["on"] else 4),
        [Toggle("on", "on")],
        {"on": True},
        "Short",
        "short",
    )
    player.position = {"k": 9}
    player.configure(on=False)
    assert player.position["k"] == 4
