"""The widget is a shell: what the core holds is on the page, and what the page says reaches it."""

import pytest
import traitlets

import mlpteach as mt
from mlpteach.player import Core, Player


@pytest.fixture
def player():
    return mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), epochs=2, batch_size=16)


def agrees(player):
    """Whether the page has all that the core has."""
    core = player.core
    return (
        player.spec == core.spec
        and player.numbers == core.numbers
        and player.frames == core.frames
        and player.pictures == core.pictures()
        and player.position == core.position
    )


def sent_by(player, monkeypatch, message):
    """Let the page send a message; return what the kernel answers beside the traits."""
    answers = []
    monkeypatch.setattr(player, "send", lambda content, buffers: answers.append((content, buffers)))
    player._receive(player, message, [])
    return answers


def test_a_dashboard_in_a_notebook_is_a_widget_around_a_core(player):
    assert isinstance(player, Player)
    assert isinstance(player.core, Core)
    assert agrees(player)


def test_what_python_changes_is_on_the_page(player):
    player.configure(eta=0.05, form="paper")
    assert player.values["eta"] == 0.05
    assert agrees(player)
    player.state = "adam?k=3&layer=1"
    assert player.position["k"] == 3
    assert player.show.steps == player.spec["steps"]
    assert agrees(player)


def test_what_the_page_changes_is_answered_and_on_the_page(player, monkeypatch):
    message = {"type": "configure", "values": {"eta": 0.05}, "request": 7}
    assert sent_by(player, monkeypatch, message) == [({"type": "configured", "request": 7}, [])]
    assert player.trace.run.rule.values["eta"] == 0.05
    assert agrees(player)


def test_a_failure_is_told_and_the_page_keeps_what_it_has(player, monkeypatch):
    before = player.spec
    message = {"type": "configure", "values": {"eta": -1.0}, "request": 2}
    [(answer, _)] = sent_by(player, monkeypatch, message)
    assert (answer["type"], answer["request"]) == ("failed", 2)
    assert player.spec is before
    assert agrees(player)


def test_frames_that_are_asked_for_are_sent(player, monkeypatch):
    where = {"first": 3, "last": 5, "sequence": player.spec["sequence"]}
    message = {"type": "window", **where, "request": "7"}
    [(answer, [buffer])] = sent_by(player, monkeypatch, message)
    assert answer == {**message, "row": 0, "column": 0, "entries": None}
    assert [buffer] == player.core.answer(message)[0][1]


def test_unchanged_pictures_do_not_travel_again(player):
    changes = []
    player.observe(lambda change: changes.append(change["name"]), ["pictures", "numbers"])
    player.configure(eta=player.values["eta"] * 1.01)
    assert changes == ["numbers"]


def test_the_place_on_the_page_is_that_of_the_core(player):
    player.position = {"k": 10**6, "row": 9, "column": 99}
    end = {"k": len(player.trace), "line": 0, "row": 0, "column": 29}
    assert player.position == player.core.position == end
    for wrong in ({"k": 1.5}, {"kk": 1}):
        with pytest.raises(traitlets.TraitError, match="position"):
            player.position = wrong
        assert player.position == player.core.position == end


def test_a_page_that_sets_the_place_moves_the_core(player):
    player.set_state({"position": {"k": 4, "line": 2, "row": 0, "column": 1}})
    assert player.core.position == {"k": 4, "line": 2, "row": 0, "column": 1}
