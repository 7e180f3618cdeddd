"""What comes back from elsewhere is believed only where it is an answer to the job."""

import json
import re

import pytest
from small_class import right_job

from mlpteach.grading.cluster.answers import Nonsense, read_answer
from mlpteach.grading.cluster.jobs import Setup, answer_job, read_setup
from mlpteach.grading.isolation.sandbox import Limits, Sandbox

DIGEST = "d" * 64


@pytest.fixture(scope="module")
def answered(template):
    """A right answer, and what it is an answer to."""
    rules, job = right_job(template, DIGEST)
    setup = read_setup(Setup({rules.digest: rules}, Limits()).to_text())
    with Sandbox() as sandbox:
        sandbox.settle()
        said = answer_job(job, setup, sandbox)
    return said, {"ps2_adam": (rules, DIGEST)}


def test_rules_come_through_to_the_letter(answered):
    _, works = answered
    [(rules, _)] = works.values()
    [again] = read_setup(Setup({rules.digest: rules}, Limits()).to_text()).rules.values()
    assert (again, again.digest) == (rules, rules.digest)


def test_a_right_answer_is_read(answered):
    failed, seconds, [answer] = read_answer(*answered)
    assert (failed, answer.name, answer.answered) == ("", "ps2_adam", True)
    assert 0 < seconds < 100
    assert sum(score or 0 for score in answer.scores.values()) == 28


def changed(said, change):
    about = json.loads(said)
    change(about, about["notebooks"][0])
    return json.dumps(about)


WRONG = {
    "a mark for a cell that is not there": lambda about, book: book["scores"].update(more=1.0),
    "no mark for a cell": lambda about, book: book["scores"].popitem(),
    "too many points": lambda about, book: book["scores"].update(adam_first_moment=99.0),
    "less than nothing": lambda about, book: book["scores"].update(adam_first_moment=-1.0),
    "no number": lambda about, book: book["scores"].update(adam_first_moment=float("nan")),
    "a word": lambda about, book: book["scores"].update(adam_first_moment="4"),
    "a comment that is no text": lambda about, book: book["comments"].update(first_moment=1),
    "no notebook": lambda about, book: about["notebooks"].clear(),
    "another notebook": lambda about, book: book.update(name="ps3"),
    "an empty file": lambda about, book: book.update(text="{}"),
    "another student's": lambda about, book: book.update(text=book["text"].replace(DIGEST, "e")),
    "by other rules": lambda about, book: book.update(
        text=re.sub('("mlpteach_rules": )"[0-9a-f]+"', r'\1"0"', book["text"])
    ),
    "half of it": lambda about, book: book.update(text=book["text"][:-20]),
    "no text": lambda about, book: book.update(text=None),
    "more than was asked": lambda about, book: book.update(student="ann"),
    "no time": lambda about, book: about.update(seconds="long"),
    "no reason": lambda about, book: about.update(failed=7),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_nonsense_is_told_from_an_answer(wrong, answered):
    said, works = answered
    with pytest.raises(Nonsense):
        read_answer(changed(said, WRONG[wrong]), works)


@pytest.mark.parametrize("said", ["", "7", "[]", "{}", "[" * 100_000, "null", "\x00"])
def test_what_is_no_answer_at_all_is_nonsense(said, answered):
    with pytest.raises(Nonsense):
        read_answer(said, answered[1])
