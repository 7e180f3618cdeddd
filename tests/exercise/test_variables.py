"""Variables of the student's beside what they must hold; the words never tell what that is."""

import re
import sys

import numpy as np
import pytest

from mlpteach.exercise.protocol import Check, NotPlain, Reply, decide
from mlpteach.exercise.variables import WrongValue, difference, variable_check


def verdict(run, **values):
    """Return the verdict on variables that hold these values."""
    check = Check("test", "m", (), 2, run, tuple(values))
    return decide(check, np.random.default_rng(0), lambda asked: Reply(values[asked.name]))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (0.1 + 0.2, 0.3),
        (np.float64(3), 3),
        (3.0, 3),
        ([1.0, 2.0], np.array([1, 2])),
        ((1, 2), [1, 2]),
        ("Ada", "Ada"),
        (None, None),
        (True, True),
        ([], []),
        (["a", 1, [2.0]], ("a", 1, (2,))),
        ({"a": 1.0, "b": "x"}, {"b": "x", "a": 1}),
        ({1, 2}, {2, 1}),
    ],
)
def test_what_is_right(given, wanted):
    assert difference("m", given, wanted) is None


@pytest.mark.parametrize(
    ("given", "wanted", "how"),
    [
        (4.0, 2.0, "is 2 times what it must be"),
        (-2.0, 2.0, "has the wrong sign"),
        ([1, 2, 3], [1, 2], r"must have shape \(2,\)"),
        ("2", 2.0, "is a text, not a number"),
        (2.0, "2", "is a number, not a text"),
        (None, [1, 2], r"is None, not numbers of shape \(2,\)"),
        ("Ada", "Bob", "is another text"),
        ("A da", "ada", "only in capitals or spaces"),
        ("x", None, "is a text, not None"),
        ([], [1.0], r"is a list or tuple, not numbers of shape \(1,\)"),
        (["a", "b"], ["a", "c"], "at place 1, counted from 0: what stands there is another text"),
        (["a"], ["a", "c"], "has 1 entries, must have 2"),
        ({"a": 1}, {"a": 2, "b": 3}, "has 0 keys too many and misses 1"),
        ({"a": 1}, {"a": 2}, "differs at 'a'"),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, "differs at 'b'"),
        ({"a": 1, "b": 2}, {"a": 1}, "has 1 keys too many and misses 0"),
        ({1, 2}, {2, 3}, "has 1 entries too many and misses 1"),
        ({1, 2, 3}, {1, 2}, "has 1 entries too many and misses 0"),
        (NotPlain("generator"), 2.0, "is a generator, not a number"),
    ],
)
def test_what_differs_is_said(given, wanted, how):
    assert re.search(how, difference("m", given, wanted))


def test_a_known_mistake_is_named_and_leaves_what_it_is_worth():
    slips = [WrongValue("summed", 10.0, "A sum grows with the entries.", worth=0.5)]
    run = variable_check("m", 2.5, mistakes=slips)
    found = verdict(run, m=10.0)
    assert (found.fraction, found.mistake) == (0.5, "summed")
    assert found.message == "m is 4 times what it must be. A sum grows with the entries."
    assert verdict(run, m=2.5).message == "m is right."
    assert verdict(run, m=3.0).fraction == 0


def test_a_mistake_in_another_variable_costs_nothing_here():
    run = variable_check("m", np.mean, of=("x",), mistakes=[WrongValue("sum", np.sum, "Sum?")])
    assert verdict(run, m=5.0, x=np.array([4.0, 6.0])).passed  # whatever x had to be
    assert verdict(run, m=10.0, x=np.array([4.0, 6.0])).mistake == "sum"
    lost = verdict(run, m=5.0, x="4, 6")
    assert (lost.fraction, lost.message) == (0, "m cannot be judged: x is not what it must be.")


def root_mean_square(p, t):
    return np.sqrt(np.mean((p - t) ** 2))


@pytest.mark.parametrize(
    ("p", "rms"), [(np.array([np.nan, 1.0]), np.nan), (np.array([]), np.nan), (np.inf, np.inf)]
)
def test_nothing_is_right_where_ones_own_variables_give_no_number(p, rms, capfd):
    run = variable_check("rms", root_mean_square, of=("p", "t"))
    found = verdict(run, p=p, t=np.ones(1), rms=rms)
    assert (found.fraction, found.message) == (
        0.0,
        "rms cannot be judged: from your p and t comes no number.",
    )
    assert capfd.readouterr().err == ""


def test_ones_own_variables_may_give_nothing_to_count():
    run = variable_check("large", lambda x: x[x > 3], of=("x",))
    assert verdict(run, x=np.ones(4), large=np.array([])).passed


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits it")
def test_two_small_arrays_that_make_a_matrix_of_gigabytes_are_not_judged():
    run = variable_check("rms", root_mean_square, of=("p", "t"))
    found = verdict(run, p=np.zeros((20_000, 1)), t=np.zeros((1, 20_000)), rms=0.0)
    assert found.fraction == 0.0
    assert "p or t is not what it must be" in found.message
    assert np.zeros(10**6).sum() == 0.0  # memory is as before


def test_a_mistake_that_is_none_is_refused():
    with pytest.raises(ValueError, match="the mistake 'none' leaves m right"):
        variable_check("m", 2.5, mistakes=[WrongValue("none", 2.5, "?")])
