"""How answers of each kind are judged and explained."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.kinds.words import agrees, edits
from mlpteach.quiz.question_files.read import as_question

ONE_OF_EACH = [
    "only_the_last_sensitivity", "where_nesterov_looks", "lines_that_change",
    "adams_corrected_first_moment", "sensitivity_under_cross_entropy", "lines_of_adam",
    "which_of_adams_quantities", "adam_without_its_two_extras",
]  # fmt: skip
STRANGE = [
    "", "   ", "x" * 5000, "\ud800", "\x00\x1b[2J", "日本語", "؟", "<script>alert(1)</script>",
    "__import__('os').system('touch /tmp/was-here')", "a" * 300, "1e999", "nan", "None", "[[k]]",
    None, 0, 10**400, float("nan"), True, [1, 2], ["a"] * 60, {"a": 1}, object(), print, b"a",
    np.float64(0.5), np.array([1.0, 2.0]), np.zeros((100, 100)), [[["a"]]],
]  # fmt: skip


@pytest.mark.parametrize("id", ONE_OF_EACH)
@pytest.mark.parametrize("answer", STRANGE, ids=lambda answer: ascii(answer)[:20])
def test_any_answer_gets_a_clear_reply(id, answer):
    judged = QUESTIONS[id].ask(1).judge(answer)
    assert 0.0 <= judged.fraction <= 1.0
    assert judged.message
    judged.message.encode()
    assert len(judged.message) < 1500


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_gets_a_clear_reply(text):
    for id in ONE_OF_EACH:
        assert QUESTIONS[id].ask(1).judge(text).message


@pytest.mark.parametrize(
    ("text", "right"),
    [("true", True), ("True.", True), (" T ", True), ("no", False), (False, 0)],
)
def test_true_and_false_are_understood_in_words(text, right):
    judged = QUESTIONS["only_the_last_sensitivity"].judge(text)
    assert judged.understood
    assert judged.right == right


@pytest.mark.parametrize(
    ("id", "text", "said"),
    [
        ("only_the_last_sensitivity", "maybe", "`maybe` is neither `true` nor `false`"),
        ("where_nesterov_looks", "x", "`x` is none of them: the answers are called a, b, c, d"),
        ("where_nesterov_looks", 0.25, "`0.25` is none of them: the answers are called a, b, c, d"),
        ("where_nesterov_looks", "0,5", "`0,5` is none of them"),
        ("adams_first_step", [1, 2], "could not be read"),
        ("gain_of_a_velocity", [1, 2], "could not be read"),
        ("gain_of_a_velocity", np.array([1, 2]), "could not be read"),
        ("lines_of_adam", "abcdef", "and `g` is missing"),
        ("lines_of_adam", "abcdefgg", "a letter stands twice"),
        ("updates_in_an_epoch", "120 apples", "`apples` is no part of a number"),
        ("sensitivity_under_cross_entropy", "A3.inv() - Y", "after a dot only `.T`, `.dot`"),
    ],
)
def test_a_refusal_says_what_could_not_be_read(id, text, said):
    judged = QUESTIONS[id].ask(0).judge(text)
    assert not judged.understood
    assert said in judged.message


def test_what_is_asked_for_may_stand_behind_its_number():
    asked = QUESTIONS["updates_in_an_epoch"].ask(3)
    for text in ("{} updates", "{:,} updates", "the answer is {}.", "{} (rounded)", "{:_}"):
        assert asked.judge(text.format(int(asked.key))).right, text


@pytest.mark.parametrize("text", ["answer b", "Answer: b", "the answer is (B)", "option b.", "b)"])
def test_a_letter_is_read_whatever_leads_to_it(text):
    asked = QUESTIONS["where_nesterov_looks"].ask(0)
    assert asked.read_as(text) == "b"
    assert asked.judge(text).understood


@pytest.mark.parametrize("text", ["“true”", "`True`", "ＴＲＵＥ", "correct", "true\u200b"])
def test_words_are_read_whatever_stands_around_them(text):
    assert QUESTIONS["only_the_last_sensitivity"].judge(text).right


@pytest.mark.parametrize("answer", ["a a a a", "a, a", "b a b", "aa"])
def test_a_letter_named_twice_is_asked_for_again(answer):
    judged = QUESTIONS["where_nesterov_looks"].ask("ada").judge(answer)
    assert (judged.understood, judged.fraction) == (False, 0.0)
    assert "a letter stands twice" in judged.message


@pytest.mark.parametrize("write", ["{} and {}", "“{}”/{}", "{}+{}", "[{}; {}]", "{}{}", "{} & {}."])
def test_letters_are_read_whatever_stands_between_them(write):
    asked = QUESTIONS["lines_that_change"].ask(0)
    assert asked.judge(write.format(*asked.right)).right
    assert asked.judge(write.format(*asked.right).upper()).right


def test_choices_are_shuffled_by_the_seed_and_all_there():
    question = QUESTIONS["adams_first_step"]
    orders = {tuple(c["text"] for c in question.ask(seed).choices.values()) for seed in range(9)}
    assert len(orders) > 3
    assert len({frozenset(order) for order in orders}) == 1


def test_half_of_the_right_choices_are_worth_a_part_and_all_choices_nothing():
    asked = QUESTIONS["rules_that_rescale"].ask(4)
    assert asked.judge(asked.solution).fraction == 1.0
    assert 0 < asked.judge(asked.right[:2]).fraction < 1
    assert asked.judge(", ".join(asked.choices)).fraction < 0.5
    assert asked.judge("none").fraction == 0.0


def test_who_ticks_nothing_or_everything_gets_nothing():
    asked = QUESTIONS["lines_that_change"].ask(0)
    assert 2 * len(asked.right) < len(asked.choices)  # most choices are called rightly by nobody
    assert asked.judge("none").fraction == 0.0
    assert asked.judge(", ".join(asked.choices)).fraction == 0.0


@pytest.mark.parametrize("text", ["100,000", "100 000", "100'000", "1e5", "100000", "100,000.0"])
def test_a_large_number_counts_however_its_thousands_are_set_apart(text):
    asked = QUESTIONS["memory_of_lbfgs"].ask(0)
    assert asked.key == 100_000
    assert asked.judge(text).right


def number(id="adams_corrected_first_moment", seed=1):
    return QUESTIONS[id].ask(seed)


@pytest.mark.parametrize("write", ["{:.6f}", "{:.5e}", "{:+.4f}", " {:.6g} "])
def test_a_number_counts_however_it_is_written(write):
    asked = number()
    assert asked.judge(write.format(asked.key)).right
    assert asked.judge(write.format(asked.key).replace(".", ",")).right


def test_the_tolerance_is_what_the_question_says():
    asked = number()
    size = abs(asked.key)
    assert asked.judge(repr(asked.key + 0.0099 * size)).right
    assert not asked.judge(repr(asked.key + 0.0101 * size)).right


def test_significant_digits_are_what_the_question_says():
    asked = next(
        a for a in map(QUESTIONS["gain_of_a_velocity"].ask, range(99)) if abs(a.key - 10) < 1e-9
    )
    assert asked.judge("10.04").right
    assert not asked.judge("10.06").right
    assert asked.judge("1e1").right


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x: -x, "Only the sign is wrong"),
        (lambda x: 100 * x, "it is 10^2 times"),
        (lambda x: 1.03 * x, "close"),
        (lambda x: 7.3 * x, "too large"),
    ],
)
def test_an_unknown_wrong_number_is_described(change, said):
    asked = next(a for a in (number(seed=s) for s in range(50)) if a.key > 0)
    judged = asked.judge(repr(change(asked.key)))
    assert not judged.right
    assert said in judged.message


def test_two_mistakes_that_rounding_hides_are_both_named():
    asked = QUESTIONS["adams_second_moment"].ask(0)
    value = asked.numbers["V_before"] + asked.numbers["g"] ** 2
    judged = asked.judge(f"{value:.2g}")
    assert judged.message.startswith("Either: ")
    assert " Or: " in judged.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 * (A3 - Y) * A3", "other values"),
        ("3 * (A3 - Y)", "It is 3 times what it should be"),
        ("A3 - Y + 1", "by the constant 1"),
        ("(A3 - Y).T", "transpose"),
        ("sum(A3 - Y)", "a single number, and should have the shape (3, 5)"),
        ("log(A3 - 1) * Y", "no finite number"),
        ("Y - A3", "sign is wrong"),
    ],
)
def test_a_wrong_formula_is_described(text, said):
    judged = QUESTIONS["sensitivity_under_cross_entropy"].judge(text)
    assert not judged.right
    assert judged.understood
    assert said in judged.message


@pytest.mark.parametrize(
    "text", ["A3-Y", "-(Y - A3)", "A3 - 2*Y + Y", r"A^{(3)} - Y", "1 - Y - (1 - A3)"]
)
def test_every_equivalent_formula_counts(text):
    assert QUESTIONS["sensitivity_under_cross_entropy"].judge(text).right


def test_every_order_that_works_counts():
    asked = QUESTIONS["lines_of_adam"].ask(2)
    letters = {line["name"]: letter for letter, line in asked.lines.items()}

    def fraction(*names):
        return asked.judge("".join(letters[name] for name in names)).fraction

    assert fraction("g", "M", "V", "M_hat", "V_hat", "rho", "W") == 1.0
    assert fraction("g", "V", "V_hat", "M", "M_hat", "rho", "W") == 1.0
    assert 0 < fraction("M", "g", "V", "M_hat", "V_hat", "rho", "W") < 1
    assert fraction("W", "rho", "V_hat", "M_hat", "V", "M", "g") == 0.0


def test_the_lines_are_never_shown_in_an_order_that_works():
    for seed in range(40):
        asked = QUESTIONS["lines_of_adam"].ask(seed)
        assert not asked.judge(", ".join(asked.lines)).right


def test_the_map_shows_the_quantity_of_the_key():
    import io

    from matplotlib import colormaps
    from matplotlib.image import imread

    asked = QUESTIONS["which_of_adams_quantities"].ask(5)
    pixels = imread(io.BytesIO(asked.png()))
    picture = pixels[::12, ::12]
    np.testing.assert_array_equal(np.kron(picture, np.ones((12, 12, 1))), pixels)
    step = asked.weight.step
    wanted = {"g": step.gradient, "W": step.before}.get(asked.key) or step.quantities[asked.key]
    shade = 0.5 + 0.5 * np.sign(wanted.W[1]) * np.sqrt(
        np.abs(wanted.W[1]) / np.abs(wanted.W[1]).max()
    )
    # Nine of its 256 colours and straight lines between them.
    np.testing.assert_allclose(picture, colormaps["coolwarm"](shade)[..., :3], atol=0.06)


@pytest.mark.parametrize(
    ("text", "fraction", "mistake"),
    [
        ("RMSProp", 1, ""), (" rms  prop ", 1, ""), ("rmspropp", 1, ""), 
        ("RMSPorp", 1, ""), ("R.M.S.Prop", 1, ""), ("Adagrad", 0, "AdaGrad"),
        ("nadam", 0, "NAdam"), ("adam", 0, ""), ("r", 0, ""), ("the RMSProp", 1, ""),
        ("RMSProp rule", 1, ""), ("root mean square propagation", 1, ""), ("“RMSProp”.", 1, ""),
        ("It is called RMSProp", 1, ""), ("the rule", 0, ""), ("not RMSProp", 0, ""),
    ],
)  # fmt: skip
def test_words_are_known_in_any_case_and_with_a_slip_where_they_allow_it(text, fraction, mistake):
    judged = QUESTIONS["adam_without_its_two_extras"].judge(text)
    assert (judged.fraction, judged.mistake) == (fraction, mistake)


def test_the_case_counts_where_a_word_says_so():
    fields = {"text": "True", "why": "Yes.", "right": True, "match_case": True}
    table = {
        "type": "words", "slide": "s", "goal": "g", "text": "t", "otherwise": "No.",
        "word": [fields],
    }  # fmt: skip
    question = as_question("q", table)
    assert question.judge("True").right
    assert question.judge("true").message == "No."


def test_a_number_among_words_keeps_its_point():
    assert edits("1.5", "15") == 1
    assert not agrees("1.5", {"text": "15"})
    assert agrees("...", {"text": "..."})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 times", "`times` is no part of a number"),
        ("0.5η", "`η` is no part of a number"),
        ("0.5 eta", "`eta` is no part of a number"),
        ("0.5 !", "`!` can't be used in a number"),
    ],
)
def test_what_cannot_be_read_is_quoted_as_it_was_typed(text, said):
    judged = number().judge(text)
    assert not judged.understood
    assert judged.message == f"This could not be read: {said}."


@pytest.mark.parametrize(
    ("id", "text", "read"),
    [
        ("only_the_last_sensitivity", "Yes!", "true"),
        ("where_nesterov_looks", "(B)", "b"),
        ("lines_that_change", "D and a", "a, d"),
        ("lines_that_change", "none", "none"),
        ("lines_of_adam", "GFEDCBA", "g, f, e, d, c, b, a"),
        ("adams_corrected_first_moment", "0,149", "0.149"),
        ("adams_corrected_first_moment", "1,000", "1 or 1000"),
        ("adam_without_its_two_extras", " rms  prop", "rms prop"),
    ],
)
def test_how_an_answer_was_read_is_told(id, text, read):
    asked = QUESTIONS[id].ask(0)
    assert asked.judge(text).understood
    assert asked.read_as(text) == read
