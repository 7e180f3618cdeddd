"""Question files: readable data, refused with file, question and field when wrong."""

import pytest

from mlpteach.quiz import QuestionError, read
from mlpteach.quiz.text.markup import to_words

HEAD = 'slide = "s"\ngoal = "g"\ntext = "t"\n'
GOOD = {
    "true_false": 'type = "true_false"\nanswer = true\nif_true = "yes"\nif_false = "no"\n',
    "single": """type = "single"
choice = [{ text = "a", why = "w", right = true }, { text = "b", why = "v" }]
""",
    "multiple": """type = "multiple"
choice = [{ text = "a", why = "w", right = true }, { text = "b", why = "v" }]
""",
    "number": 'type = "number"\nwhy = "w"\nanswer = "2 * x"\ndigits = 2\ndraw = { x = [1, 2] }\n',
    "formula": """type = "formula"
why = "w"
answer = "x - 1"
names = { x = { values = "unit", shape = [2, 3] } }
mistake = [{ id = "m", formula = "1 - x", why = "sign" }]
""",
    "ordering": """type = "ordering"
why = "w"
line = [{ name = "a", text = "A", why = "w" }, { name = "b", text = "B", why = "w" },
        { name = "c", text = "C", why = "w", needs = ["a"] }]
""",
    "words": """type = "words"
otherwise = "no"
word = [{ text = "a", why = "w", right = true }, { text = "b", why = "v" }]
""",
    "ranges": """type = "ranges"
range = [{ low = 1, high = 2, why = "w", right = true }, { value = 3, why = "v" }]
""",
    "quantity": """type = "quantity"
run = "adam"
choice = [{ quantity = "M", text = "M", why = "w" }, { quantity = "V", text = "V", why = "w" }]
""",
}
ALSO = 'also = [{ value = "z", absolute = 1, why = "w" }]\n'
MISTAKE = 'mistake = [{{ id = "m", value = "{}", why = "w" }}]\n'


def written(tmp_path, body):
    path = tmp_path / "mine.toml"
    path.write_text(f"[q]\n{body}", encoding="utf-8")
    return path


@pytest.mark.parametrize("type", GOOD)
def test_a_good_question_is_read_and_its_solution_is_right(tmp_path, type):
    question = read(written(tmp_path, HEAD + GOOD[type]))["q"]
    asked = question.ask(1)
    assert question.lecture == "mine"
    assert asked.judge(asked.solution).right


@pytest.mark.parametrize(
    ("type", "old", "new", "message"),
    [
        ("true_false", 'answer = true', 'answer = "true"', "'answer' must be true or false; given"),
        ("true_false", 'if_true = "yes"\n', "", "'if_true' is missing"),
        ("true_false", '"yes"', '"  "', "'if_true' must be a text, not empty"),
        ("true_false", 'answer', 'colour = "red"\nanswer', "'colour' is unknown; allowed: "),
        ("true_false", '"true_false"', '"truefalse"', "'type' must be one of true_false, single"),
        ("true_false", 'type = "true_false"\n', "", "'type' must be one of"),
        ("true_false", '"yes"', '"yes', "not readable as TOML"),
        ("single", ", right = true", "", "must have exactly one with `right = true`; given 0"),
        ("single", 'why = "v"', 'why = "v", right = true', "one with `right = true`; given 2"),
        ("single", 'text = "b"', 'text = "a"', "'choice' holds the same text twice"),
        ("single", ', why = "v"', "", "'why' of choice 2 is missing"),
        ("multiple", ", right = true", "", "'choice' must have at least one"),
        ("number", "2 * x", "2 * z", "'answer' can't be computed: `z` is not known here; use x"),
        ("number", "2 * x", "__import__('os')", "'answer' can't be computed"),
        ("number", "digits = 2\n", "", "'digits' is missing (or `tolerance`, or `absolute`)"),
        ("number", "digits = 2", "digits = 0", "'digits' does not fit (minimum: 1)"),
        ("number", '"w"', '"[[z]]"', "'why' shows [[z]], which is neither drawn nor of the run"),
        ("number", '"w"', '"$x"', "'why' has a `$` without its partner"),
        ("number", "draw", 'run = "sgd"\ndraw', "'run' must be one of gd, "),
        ("formula", "1 - x", "1 - y", "'formula' of mistake 1 can't be computed"),
        ("formula", '"unit"', '"units"', "'names.x.values' must be one of unit, binary"),
        ("ordering", '["a"]', '["d"]', "'needs' of line 3 names 'd', which is no line before it"),
        ("ordering", ', needs = ["a"]', "", "'line' has no `needs` at all"),
        ("ordering", 'name = "b"', 'name = "a"', "'name' of line 2 stands twice"),
        ("words", ", right = true", "", "'word' must have at least one with `right = true`"),
        ("words", '"a", why', '"a", similarity = 2, why', "'similarity' of word 1 does not fit"),
        ("number", "draw", f"{ALSO}draw", "'value' of also 1 can't be computed"),
        ("ranges", ", right = true", "", "'range' must have at least one with `right = true`"),
        ("ranges", "high = 2, ", "", "field range 1 must have `low` and `high`, or `value`"),
        ("ranges", "value = 3", "value = 3, low = 1, high = 2", "range 2 must have `low` and"),
        ("ranges", "high = 2", "high = 1", "'answer' is not judged right itself"),
        ("quantity", '"V", text', '"velocity", text', "'quantity' of choice 2 must be one of M, V"),
        ("number", "digits", "digit", "'digit' is unknown; allowed: "),
        ("number", "digits", "digit", "Did you mean 'digits'?"),
        ("number", "digits = 2", "digits = 2.5", "'digits' must be a whole number; given 2.5"),
        ("number", "digits = 2", "digits = 2\ntolerance = 0.1", "'digits' can't stand beside"),
        ("number", "[1, 2]", "{ low = 0.9, high = 0.1 }", "'draw.x' must have low < high"),
        ("number", "[1, 2]", "{ low = 1, hihg = 2 }", "'draw.x' must be a list of different"),
        ("number", "[1, 2]", "3", "'draw.x' must be a list of different numbers or {"),
        ("number", "2 * x", "x / (x - x)", "no finite answer: 'x / (x - x)' gives inf where x ="),
        ("number", 'answer = "2 * x', 'run = "gd"\nanswer = "g / (k - k)', "has no finite answer"),
        ("number", "digits", f"{MISTAKE.format('x + x')}digits", "'value' of mistake 1 is never"),
        ("number", "digits", f"{MISTAKE.format('x / 0')}digits", "'value' of mistake 1 is never"),
        ("formula", '"1 - x"', '"-1 + x"', "'formula' of mistake 1 is never told from the answer"),
        ("quantity", "choice", "layer = 7\nchoice", "'layer' must be at most 2"),
        ("quantity", "choice", "updates = [9, 2]\nchoice", "'updates' must be [first, last]"),
        ("quantity", "choice", "updates = [2, 99999]\nchoice", "first <= last <= 20"),
        ("words", '"b"', '"A"', "'text' of word 2 is taken for word 1"),
        ("words", '"no"', r'"$\beta$"', r"'otherwise' holds the control character '\x08'"),
        ("words", '"no"', r'"$\frac{1}{2}$"', r"two backslashes, as in \\beta, or between single"),
        ("words", '"v"', r'"$\theta$"', r"'why' of word 2 holds the control character '\t'"),
        ("words", '"v"', r'"$\nu$"', r"holds the control character '\n'"),
        ("words", '"no"', r'"$\alpha$"', r"not readable as TOML: Unescaped '\' in a string"),
        ("words", '"no"', r'"$\alpha$"', r"Write LaTeX with two backslashes, as in \\beta"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_file_question_and_field(tmp_path, type, old, new, message):
    body = HEAD + GOOD[type].replace(old, new, 1)
    assert body != HEAD + GOOD[type]
    with pytest.raises(QuestionError) as refused:
        read(written(tmp_path, body))
    said = str(refused.value)
    assert "mine.toml" in said
    assert message in said
    assert "'q'" in said or "TOML" in said


def test_all_mistakes_of_a_file_are_named_and_the_other_questions_kept(tmp_path):
    path = tmp_path / "mine.toml"
    good, slip = f"{HEAD}{GOOD['words']}", f"{HEAD}{GOOD['number'].replace('2 * x', '2 * z')}"
    path.write_text(f"[a]\n{slip}\n[b]\n{good}\n[c]\n{HEAD}\n[d]\n{good}")
    with pytest.raises(QuestionError) as refused:
        read(path)
    first, second = str(refused.value).splitlines()
    assert "question 'a', field 'answer' can't be computed" in first
    assert "question 'c', field 'type'" in second
    assert list(refused.value.questions) == ["b", "d"]
    assert refused.value.questions["d"].judge("a").right


def test_a_dollar_of_money_and_of_code_is_none_of_a_formula(tmp_path):
    body = HEAD.replace('"t"', r"'it costs \$5, `$x`, | and $y$'") + GOOD["true_false"]
    text = read(written(tmp_path, body))["q"].text
    assert to_words(text) == "it costs $5, $x, | and y"
    bad = HEAD.replace('"t"', r"'$\frac{1}$'") + GOOD["true_false"]
    with pytest.raises(QuestionError, match=r"'text' has a formula that can't be shown: "):
        read(written(tmp_path, bad))


@pytest.mark.parametrize("text", ["q = 1\n", "[[q]]\n", '"" = 2\n'])
def test_what_is_no_table_is_refused(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(QuestionError, match="must be a table"):
        read(path)


def test_a_part_of_a_question_whose_id_is_misspelled_is_told_which_is_meant(tmp_path):
    path = tmp_path / "mine.toml"
    part = '[[gdstep.mistake]]\nid = "m"\nvalue = "x"\nwhy = "w"\n'
    path.write_text(f"[gd_step]\n{HEAD}{GOOD['number']}{part}")
    with pytest.raises(QuestionError, match=r"'gdstep', field 'type' is missing\. .*'gd_step'"):
        read(path)


def test_new_lines_between_formulas_are_no_mistake(tmp_path):
    body = HEAD.replace('"t"', '"""one $x$\n\ttwo $y$"""') + GOOD["true_false"]
    assert read(written(tmp_path, body))["q"].text == "one $x$\n\ttwo $y$"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(QuestionError, match=r"none\.toml: can't be opened"):
        read(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe[q]")
    with pytest.raises(QuestionError, match="not readable as TOML"):
        read(path)


def test_an_id_stands_in_one_file_only(tmp_path):
    from mlpteach.quiz.bank import Bank

    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f"[q]\n{HEAD}{GOOD['true_false']}")
    with pytest.raises(QuestionError, match=r"b\.toml: question 'q', field 'id' stands in a\.toml"):
        len(Bank(tmp_path))
