"""Runs side by side: kept, brought to one length, their ends told."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.player import Slider
from mlpteach.views.runs import (
    Runs,
    cost_limits,
    divergence_message,
    divergence_notes,
    fill_up,
    identity,
    name_forms,
    start_values,
)


class Trained:
    """Something trained, counting how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self, self.times


def test_a_run_wanted_again_is_not_trained_again():
    runs, a, b = Runs(), Trained(), Trained()
    first = runs.take({"left": (1, a), "right": (2, b)})
    again = runs.take({"other": (2, b)})
    assert first == {"left": (a, 1), "right": (b, 1)}
    assert again == {"other": (b, 1)}
    # Only those of the picture before are kept.
    assert runs.take({"left": (1, a)}) == {"left": (a, 2)}


def test_two_places_with_one_key_share_one_run():
    a = Trained()
    assert Runs().take({"left": (1, a), "right": (1, a)})["right"][0] is a


def test_older_runs_are_kept_as_many_as_wanted_the_oldest_go_first():
    runs, trained = Runs(older=2), [Trained() for _ in range(5)]
    for key in range(4):
        runs.take({"run": (key, trained[key])})
    # 3 is shown, 1 and 2 are kept, 0 is gone.
    for key in (1, 2, 3):
        runs.take({"run": (key, trained[key])})
    assert [run.times for run in trained] == [1, 1, 1, 1, 0]
    runs.take({"run": (0, trained[0])})
    assert trained[0].times == 2


def test_rules_are_told_apart_by_form_and_values():
    paper = mt.rule("momentum", "paper", eta=0.5, beta=0.75)
    assert identity(paper) == ("momentum", "paper", (("eta", 0.5), ("beta", 0.75)))
    assert identity(mt.schedule("constant"))[:2] == ("constant", "")


def test_arrays_are_brought_to_one_length():
    np.testing.assert_array_equal(fill_up([1, 2, 3], 2), [1.0, 2.0])
    np.testing.assert_array_equal(fill_up([[1, 2]], 2), [[1.0, 2.0], [np.nan, np.nan]])


def test_limits_of_costs_leave_out_what_explodes_or_vanishes():
    # Ten thousand times the first cost and no more, 1e-20 of it and no less.
    assert cost_limits([2.0, 1e80]) == pytest.approx((1.0, 1e5))
    assert cost_limits([1.0, 1e-300]) == pytest.approx((1e-20, 1.0))
    # The greatest first cost counts; what is no positive number does not.
    assert cost_limits([1.0, 1e9], [30.0]) == pytest.approx((1.0, 1e6))
    assert cost_limits([np.nan, 0.0, 3.0, np.inf]) == pytest.approx((1.0, 10.0))
    assert cost_limits([np.nan], []) == pytest.approx((0.1, 1.0))


@pytest.fixture(scope="module")
def diverging():
    def fourth_power(theta):
        return theta[0] ** 4, 4 * theta**3

    with pytest.warns(mt.DivergenceWarning):
        return mt.descend(fourth_power, [3.0], rule=mt.rule("gd", eta=1.0), steps=30)


def test_a_diverging_run_is_told_where_it_ended(diverging):
    k = diverging.diverged.k
    assert divergence_notes(diverging) == {k: f"diverged at update {k}"}
    # A step of the page of several updates: the one in which it happened, counted from 1.
    assert list(divergence_notes(diverging, 3)) == [(k + 2) // 3]
    assert list(divergence_notes(diverging, 1000)) == [1]
    told = divergence_message({"left": diverging, "right": diverging}).splitlines()
    assert [line.split(":")[0] for line in told] == ["left", "right"]


def test_a_run_that_stays_has_nothing_to_tell():
    trace = mt.descend(mt.LANDSCAPES["valley"], [1.0, 1.0], rule="gd", steps=3)
    assert divergence_notes(trace) == {}
    assert divergence_message({"gd": trace}) == ""


def sliders():
    return [
        Slider("momentum.eta", "η", 0.01, 3),
        Slider("alpha", "α", 0.0, 1),
        Slider("q", "q", 0, 1),
    ]


def test_sliders_say_whose_they_are():
    assert [control.label for control in name_forms(sliders())] == ["η (paper)", "α (lecture)", "q"]
    assert [control.label for control in name_forms(sliders(), {"q": "mine"})] == [
        "η",
        "α",
        "q (mine)",
    ]


def test_controls_start_where_the_reader_puts_them():
    defaults = {"alpha": 0.5, "q": 0.25}
    assert start_values(sliders(), defaults, None) == defaults
    assert start_values(sliders(), defaults, {"q": 0.75}) == {"alpha": 0.5, "q": 0.75}
    assert defaults == {"alpha": 0.5, "q": 0.25}
    with pytest.raises(ValueError, match=r"no control 'p'; it has: momentum\.eta, alpha, q\."):
        start_values(sliders(), defaults, {"p": 1})
    with pytest.raises(TypeError, match="q must be"):
        start_values(sliders(), defaults, {"q": "much"})
    with pytest.raises(TypeError, match=r"must be a dict of control names; given \[1\]"):
        start_values(sliders(), defaults, [1])
