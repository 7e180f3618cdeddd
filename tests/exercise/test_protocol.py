"""Plain data, verdicts, and a check that is run to its end."""

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.protocol import Call, Check, NoAnswer, NotPlain, Verdict, as_plain, decide


class Liar(np.ndarray):
    """An array that says it equals everything."""

    def __array_function__(self, function, types, arguments, keywords):
        return True

    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    __hash__ = None


def test_an_array_of_an_own_class_becomes_a_plain_copy():
    liar = np.arange(3.0).view(Liar)
    plain = as_plain(liar)
    assert type(plain) is np.ndarray
    liar[0] = 99.0
    assert plain.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (print, "builtin_function_or_method"),
        ({"W": 1.0}, "dict"),
        (np.array([None]), "array of object"),
        (np.array(["1"]), "array of <U1"),
        (1j, "complex"),
    ],
)
def test_what_is_not_plain_says_what_it_was(value, type_name):
    assert as_plain(value) == NotPlain(type_name)


def test_lists_keep_their_kind_and_are_cut_where_they_are_too_deep():
    assert as_plain([1, (2.0, None)]) == [1, (2.0, None)]
    assert as_plain([[[[[1]]]]]) == [[[[NotPlain("list")]]]]
    endless = []
    endless.append(endless)
    assert as_plain(endless) == [[[[NotPlain("list")]]]]


@pytest.mark.parametrize("fraction", [1, True, np.float64(0.5), float("nan"), -0.1, 1.1, None, "1"])
def test_a_fraction_that_is_no_plain_share_is_refused(fraction):
    with pytest.raises(ValueError, match="fraction must be a float in"):
        Verdict(fraction, "")


def test_a_check_is_asked_and_answered_to_its_verdict():
    def run(rng):
        first = yield Call("double", (2.0,))
        second = yield Call("double", (first.value,), {})
        return Verdict(second.value / 8, "")

    check = Check("id", "title", ("double",), 3, run)
    answer = answer_with({"double": lambda x: 2 * x})
    assert decide(check, np.random.default_rng(0), answer).passed


def test_a_check_may_do_without_an_answer():
    def run(rng):
        try:
            yield Call("helper")
        except NoAnswer:
            reply = yield Call("f")
        return Verdict(reply.value, "")

    def unanswered(rng):
        yield Call("helper")

    answer = answer_with({"f": lambda: 0.5})
    assert decide(Check("id", "", ("f",), 1, run), None, answer).fraction == 0.5
    with pytest.raises(NoAnswer, match="There is no function helper"):
        decide(Check("id", "", ("f",), 1, unanswered), None, answer)


def test_a_check_without_a_verdict_is_an_error_of_the_check():
    def run(rng):
        yield Call("f", ())

    with pytest.raises(TypeError, match="check 'id' must return a Verdict; it returned None"):
        decide(
            Check("id", "", ("f",), 1, run), np.random.default_rng(0), answer_with({"f": lambda: 1})
        )


# Calls made at once.


def test_arguments_are_copied_and_told_as_they_stand_after_the_call():
    def in_place(W):
        W -= 1
        return W

    W = np.zeros(2)
    reply = answer_with({"f": in_place})(Call("f", (W,)))
    assert W.tolist() == [0, 0]
    assert reply.arguments_after[0].tolist() == [-1, -1]


def test_errors_prints_and_warnings_stay_inside(capfd, recwarn):
    def noisy(x):
        print("x" * 1000)
        np.log(np.array([0.0]))
        raise SystemExit("bye")

    reply = answer_with({"f": noisy})(Call("f", (1.0,)))
    assert reply.error == "SystemExit: bye"
    assert reply.printed == "x" * 300
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
