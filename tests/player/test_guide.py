"""Guided steps: what they say is computed from the run, what they set is the whole state."""

import json
import re

import numpy as np
import pytest

from mlpteach.player import Core, GuidedStep, Slider, Toggle
from mlpteach.player.guide import at, first_below
from mlpteach.views import Row, Show, Table


def build(values):
    power = values["a"] ** np.arange(1.0, 9.0)
    table = Table("", "powers", ("power",), (Row("of a", ("power",)),))
    return Show({}, 8, (table,), {"power": -power if values["negative"] else power})


def last(show):
    return show.series["power"][-1]


def half_or_double(show):
    return "half" if show.series["power"][0] < 1 else "double"


DOUBLE = GuidedStep("**Two.** At the end it is {last}.", "k=3&a=2", {"last": last})
GUESS = GuidedStep(
    "**Less than one.** It ends at {last}, and $a^{8}$ is small.",
    "powers?a=0.5",
    {"last": last},
    "Which is it?",
    ("half", "double"),
    half_or_double,
    "It was {answer}, so {last:.4f}.",
)


ASKED = {"sentence": "s", "question": "?", "choices": ("a", "b")}


def make(*guide, follow=None, a=3.0):
    controls = [Slider("a", "a", 0.1, 9.0), Toggle("negative", "negative")]
    return Core(build, controls, {"a": a, "negative": False}, "Powers", "powers", follow, guide)


def test_step_sets_values_place_and_sentence():
    core = make(DOUBLE, GUESS)
    assert (core.spec["guide"], core.spec["guided"]) == (["Two.", "Less than one."], None)
    core.take_step(1)
    assert core.values == {"a": 2.0, "negative": False}
    assert core.position["k"] == 3
    assert core.spec["guided"]["sentence"] == "<b>Two.</b> At the end it is 256."


def test_step_resets_what_the_one_before_and_the_reader_changed():
    core = make(DOUBLE, GUESS)
    core.position = {"k": 5}
    core.configure(negative=True, a=7.0)
    core.take_step(2)
    assert core.values == {"a": 0.5, "negative": False}
    assert core.position["k"] == 1
    core.take_step(1)
    core.state = "powers?k=2&a=4"
    assert core.spec["guided"] is None


def test_what_follows_from_a_control_follows_in_a_step_too():
    def follow(before, asked):
        return {**asked, "negative": asked["a"] < 1}

    core = make(GUESS, GuidedStep("Positive.", "a=0.5&negative=false"), follow=follow)
    core.take_step(1)
    assert core.values["negative"] is True
    core.take_step(2)  # what it names itself stays as named
    assert core.values["negative"] is False


def test_question_is_answered_by_the_run():
    core = make(GUESS)
    core.take_step(1)
    guided = core.spec["guided"]
    assert (guided["question"], guided["choices"], guided["answer"]) == (
        "Which is it?",
        ["half", "double"],
        0,
    )
    assert guided["reveal"] == "It was half, so 0.0039."
    assert "It ends at 0.00391, and <math" in guided["sentence"]


def told(sentence, **numbers):
    show = build({"a": 2.0, "negative": False})
    return GuidedStep(sentence, "a=2", numbers).fill(show)


def test_without_a_question_there_is_no_answer():
    assert told("Nothing is asked.")["answer"] == -1
    assert told("Nothing is asked.")["reveal"] == ""


def test_a_single_dollar_is_no_formula():
    assert told("It costs 5 $, or {last}.", last=last)["sentence"] == "It costs 5 $, or 256."
    with pytest.raises(ValueError, match=r"the hole \{price\} of a guided step has no number"):
        GuidedStep("It costs 5 $, or {price}.", "a=2")


def test_braces_of_formulas_are_no_holes():
    text = told("With $a^{8}$ at {last}, $b_{2}$ and {last}.", last=last)["sentence"]
    assert text.count("<math") == 2
    assert re.sub("<math.*?</math>", "…", text) == "With … at 256, … and 256."


def test_every_second_star_ends_bold_words():
    assert told("**One** and **two** and more.")["sentence"] == (
        "<b>One</b> and <b>two</b> and more."
    )
    name = told("**The $a$ of it.** And more.")["name"]
    assert name == "The a of it."


def test_the_answer_is_known_to_what_is_said_after_the_guess_alone():
    with pytest.raises(ValueError, match=r"the hole \{answer\} .* numbers has: last\."):
        GuidedStep(
            "It ends {answer}.", "a=2", {"last": last}, "Which?", ("half", "double"),
            half_or_double, "It was {answer}.",
        )  # fmt: skip
    with pytest.raises(ValueError, match=r"numbers has: answer, last\. Did you mean 'answer'\?"):
        GuidedStep(
            "It ends.", "a=2", {"last": last}, "Which?", ("half", "double"),
            half_or_double, "It was {answers}.",
        )  # fmt: skip


def test_changed_control_is_told_with_the_sentence():
    core = make(DOUBLE)
    core.take_step(1)
    core.configure(a=2.5)
    assert core.spec["guided"]["changed"] is True
    core.take_step(1)
    assert core.spec["guided"]["changed"] is False


def test_page_asks_for_a_step_and_is_told_what_is_wrong():
    core = make(DOUBLE)
    answers = core.answer({"type": "step", "number": 1, "request": 4})
    assert [message["type"] for message, _ in answers] == ["history", "configured"]
    json.dumps(answers[0][0])
    [(failed, _)] = core.answer({"type": "step", "number": 2, "request": 5})
    assert (failed["type"], failed["request"]) == ("failed", 5)
    assert "number must be" in failed["message"]
    assert "no guided steps" in make().answer({"type": "step", "number": 1})[0][0]["message"]


def test_numbers_are_written_as_people_write_them():
    given = {"small": 2.34e-8, "minus": -0.5, "count": 12345}
    numbers = {name: lambda show, number=number: number for name, number in given.items()}
    step = GuidedStep("{small} {small:.0e} {minus} {count}", numbers=numbers)
    assert step.fill(make().show)["sentence"] == "2.34·10⁻⁸ 2·10⁻⁸ −0.5 12345"


def test_numbers_of_a_step_are_counted_as_on_the_page():
    show = build({"a": 2.0, "negative": False})
    assert [at("power", k)(show) for k in (1, 8, None)] == [2.0, 256.0, 256.0]
    for k in (0, 9):
        with pytest.raises(ValueError, match=f"k must be from 1 to 8.*given {k}"):
            at("power", k)(show)
    assert first_below(-show.series["power"], -7.0) == 3
    assert first_below(show.series["power"], 1.0) == 0  # never


def test_html_in_a_sentence_is_text():
    step = GuidedStep("**<b>** {x}", numbers={"x": lambda show: "<i>"})
    assert step.fill(make().show)["sentence"] == "<b>&lt;b&gt;</b> &lt;i&gt;"


def test_number_that_this_run_does_not_give_is_told_and_the_old_history_stays():
    core = make(GuidedStep("It is {x}.", "a=5", {"x": lambda show: show.series["cost"][0]}))
    with pytest.raises(ValueError, match="'x' of a guided step can't be computed from this run: K"):
        core.take_step(1)
    assert core.values["a"] == 3.0


def test_answer_that_is_no_choice_is_told():
    step = GuidedStep("s", "", {}, "Which?", ("a", "b"), lambda show: "c")
    with pytest.raises(ValueError, match=r"one of its choices \(a, b\); computed 'c'"):
        make(step).take_step(1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sentence": ""}, "must say something"),
        ({"sentence": 3}, "must be a text; given"),
        ({"sentence": "{cost}"}, "the hole {cost} of a guided step has no number"),
        ({"sentence": "{lst}", "numbers": {"last": last}}, "Did you mean 'last'"),
        ({"sentence": "a {"}, "brace that opens or closes no hole"),
        ({"sentence": "{x}", "numbers": {"x": 3.0}}, "computed from the run; given"),
        ({"sentence": "s", "question": "Who?"}, "needs choices and an answer"),
        ({"sentence": "s", "choices": ("a", "b")}, "needs choices and an answer"),
        ({"sentence": "s", "question": "?", "choices": ("a",), "answer": last}, "two or more"),
        ({**ASKED, "answer": "a"}, "answer must be"),
        ({"sentence": "s", "reveal": "r"}, "no question"),
        (
            {**ASKED, "answer": last, "sentence": "It is {answer}."},
            "the hole {answer} of a guided step",
        ),
        (
            {**ASKED, "answer": last, "question": "Is it {answer}?"},
            "the hole {answer} of a guided step",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(arguments, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        GuidedStep(**arguments)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("guide", "said"),
    [
        ([GuidedStep("**Off.**", "b=2")], "the state of the guided step 'Off.': a state of powers"),
        ([GuidedStep("**Off.**", "race?k=2")], "starts with powers?"),
        (["Play"], "guide must hold GuidedStep only"),
        ([DOUBLE] * 10, "at most 9 steps; given 10"),
    ],
)
def test_guide_that_does_not_fit_the_dashboard_is_refused(guide, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        make(*guide)
    assert said in str(refused.value)


def test_saved_page_holds_the_states_of_its_steps(tmp_path):
    core = make(DOUBLE, GuidedStep("Three.", "a=3&k=4"), a=3.0)
    page = core.save_html(tmp_path / "powers.html").read_text("utf-8")
    written = re.search(r'<script[^>]*id="steps">(.*?)</script>', page, re.DOTALL)[1]
    other, same = json.loads(written)
    assert other["spec"]["values"]["a"] == 2.0
    assert (same["position"]["k"], "numbers" in same) == (4, False)
