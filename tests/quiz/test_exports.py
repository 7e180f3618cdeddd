"""What goes out is read by the formats' own readers; what comes in is judged as it was there."""

import html
import io
import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

import canvas_import
import moodle_import
import pytest

import mlpteach as mt
from mlpteach.quiz import QUESTIONS, QuestionError, export, read_jupyterquiz
from mlpteach.quiz.exports.qti import QTI
from mlpteach.quiz.text.markup import to_mathjax_html

FORMULAS = {q.id for q in QUESTIONS.values() if q.type == "formula"}


def ids_of(*types):
    return {q.id for q in QUESTIONS.values() if q.type in types}


def in_a_process_of_its_own(code, *arguments):
    """Old libraries warn where they are imported, which is an error here."""
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# pygiftparser draws with Python-Markdown, of which nothing is needed to parse.
GIFT = """
import json, logging, sys, types
logging.disable(50)
sys.modules["markdown"] = types.ModuleType("markdown")
from pygiftparser import parser
found = []
for q in parser.parseFile(open(sys.argv[1], encoding="utf-8")):
    kind = type(q.answers).__name__ if q.valid else ""
    found.append([q.title, q.valid, kind, q.full])
print(json.dumps(found))
"""


def test_gift_is_read_by_a_parser_of_gift(tmp_path):
    path = tmp_path / "bank.gift"
    left_out = export(path)
    assert set(left_out) == ids_of("formula", "quantity")
    found = in_a_process_of_its_own(GIFT, path)
    assert len(found) == len(QUESTIONS) - len(left_out)
    # Short answers with weights count as a selection here, in Moodle as what they are.
    kinds = {
        "true_false": "TrueFalseSet", "single": "SelectSet", "multiple": "MultipleChoicesSet",
        "number": "NumericAnswerSet", "ordering": "MatchingSet", "words": "SelectSet",
    }  # fmt: skip
    read = 0
    for title, valid, kind, full in found:
        # This parser knows no negative numbers; Moodle does.
        if re.search(r"^=%\d+%-", full, re.MULTILINE) or "~%-" in full:
            continue
        read += 1
        assert valid, full
        assert kind == kinds[QUESTIONS[title].type]
    assert read > 55


# pyslet knows no MathML: a span stands for each formula.
SLET = """
import io, json, logging, re, sys, zipfile
logging.disable(50)
import pyslet.qtiv2.xml as qti
package = zipfile.ZipFile(sys.argv[1])
found = {}
for name in package.namelist():
    if name.endswith(".xml") and name != "imsmanifest.xml":
        data = package.read(name)
        data = re.sub(rb"<math.*?</math>", b"<span>x</span>", data, flags=re.S)
        document = qti.QTIDocument()
        document.read(src=io.BytesIO(data))
        found[name] = type(document.root).__name__
print(json.dumps(found))
"""


def test_qti_is_read_by_a_validating_parser_of_qti(tmp_path):
    path = tmp_path / "bank.zip"
    assert set(export(path)) == FORMULAS
    found = in_a_process_of_its_own(SLET, path)
    assert set(found.values()) == {"AssessmentItem"}
    assert {name.removesuffix(".xml") for name in found} == set(QUESTIONS) - FORMULAS


def test_qti_package_names_every_file_and_has_its_keys(tmp_path):
    export(tmp_path / "bank.zip", seed="ada")
    with zipfile.ZipFile(tmp_path / "bank.zip") as package:
        manifest = ElementTree.fromstring(package.read("imsmanifest.xml"))
        named = {file.get("href") for file in manifest.iterfind(".//{*}file")}
        assert named | {"imsmanifest.xml"} == set(package.namelist())
        for id in ("adams_corrected_first_moment", "adams_first_step", "lines_of_adam"):
            item = ElementTree.fromstring(package.read(f"{id}.xml"))
            values = [v.text for v in item.iterfind(f".//{{{QTI}}}correctResponse/{{{QTI}}}value")]
            asked = QUESTIONS[id].ask("ada")
            if asked.question.type == "ordering":
                assert dict(v.split() for v in values) == {
                    name: f"step{step}" for name, step in asked.steps.items()
                }
            else:
                assert asked.judge(", ".join(values)).right, (id, values)
            declared = {e.get("identifier") for e in item.iter(f"{{{QTI}}}outcomeDeclaration")}
            used = {e.get("identifier") for e in item.iter(f"{{{QTI}}}setOutcomeValue")}
            assert used <= declared


def test_formulas_are_mathml_as_browsers_know_it(tmp_path):
    export(tmp_path / "bank.zip", ["lines_of_adam"])
    with zipfile.ZipFile(tmp_path / "bank.zip") as package:
        text = package.read("lines_of_adam.xml").decode()
    assert 'xmlns="http://www.w3.org/1998/Math/MathML"><mrow><msub>' in text
    assert not re.search(r"<\w+:", text)


def test_canvas_reads_keys_ranges_and_explanations(tmp_path):
    assert set(export(tmp_path / "bank.zip", seed="ada", format="canvas")) == FORMULAS
    found = canvas_import.read(tmp_path / "bank.zip")
    assert set(found) == set(QUESTIONS) - FORMULAS
    for id, read in found.items():
        asked = QUESTIONS[id].ask("ada")
        if read["type"] == "choice":
            assert asked.judge(", ".join(sorted(read["key"]))).right, id
            assert set(read["said"]) == set(read["texts"])
            assert read["comments"] == {}
        elif read["type"] == "numerical":
            assert asked.question.type == "number"
            middle, half = (read["high"] + read["low"]) / 2, (read["high"] - read["low"]) / 2
            assert middle == pytest.approx(asked.key, rel=1e-9)
            assert half == pytest.approx(asked.tolerance, rel=1e-3)
            assert set(read["comments"]) == {"right"}
        elif read["type"] == "blanks":
            assert asked.question.type == "words"
            assert asked.judge(*read["accepted"]).right
        else:
            assert read["type"] == "matching"
            assert read["pairs"] == {name: f"step{n}" for name, n in asked.steps.items()}
            assert read["comments"]["all"]


def test_without_its_mark_canvas_compares_numbers_letter_by_letter(tmp_path):
    export(tmp_path / "bank.zip", ["adams_step"], format="qti")
    assert canvas_import.read(tmp_path / "bank.zip")["adams_step"]["type"] == "blanks"


# moodle2amc draws with ImageMagick and Python-Markdown, of which nothing is needed to parse.
AMC = """
import json, logging, sys, types
logging.disable(50)
sys.modules["markdown"] = types.ModuleType("markdown")
sys.modules["wand"] = types.ModuleType("wand")
sys.modules["wand.image"] = types.ModuleType("wand.image")
sys.modules["wand.image"].Image = None
from amc2moodle.moodle2amc import _questions, _quiz
_questions.Question.figpath = sys.argv[2]
found = {}
for q in _quiz.Quiz(sys.argv[1]).mdl.getroot().findall("question"):
    if q.get("type") in _questions.SUPPORTED_QUESTION_TYPE:
        read = _questions.CreateQuestion(q.get("type"), q).transform("bank")
        right = ["".join(e.itertext()) for e in read.iter("correctchoice")]
        wrong = ["".join(e.itertext()) for e in read.iter("wrongchoice")]
        targets = [float(e.get("target")) for e in read.iter("AMCnumericChoices")]
        found[q.findtext("name/text")] = [read.get("amctype"), right, wrong, targets]
print(json.dumps(found))
"""


def test_moodle_xml_is_read_by_a_converter_of_moodle_xml(tmp_path):
    export(tmp_path / "bank.xml", seed="ada")
    found = in_a_process_of_its_own(AMC, tmp_path / "bank.xml", tmp_path / "figures")
    assert set(found) == ids_of("single", "multiple", "quantity", "number")
    for id, (kind, right, wrong, targets) in found.items():
        asked = QUESTIONS[id].ask("ada")
        if asked.question.type == "number":
            assert targets == pytest.approx([asked.key], rel=1e-9)
            continue
        assert kind == ("questionmult" if asked.question.type == "multiple" else "question")
        assert len(right) == len(asked.right)
        assert len(right) + len(wrong) == len(asked.choices)
    heat_map = tmp_path / "figures" / "map.png"
    assert heat_map.read_bytes().startswith(b"\x89PNG")


def as_text(read):
    return html.unescape(json.dumps(read, sort_keys=True, ensure_ascii=False))


@pytest.mark.parametrize("seed", ["ada", 0])
def test_moodle_reads_the_same_from_gift_and_xml(tmp_path, seed):
    export(tmp_path / "bank.xml", seed=seed)
    export(tmp_path / "bank.gift", seed=seed)
    category, from_xml = moodle_import.read_xml(tmp_path / "bank.xml")
    assert set(from_xml) == set(QUESTIONS) - FORMULAS
    again, from_gift = moodle_import.read_gift(tmp_path / "bank.gift")
    assert category == again == "$course$/mlpteach"
    assert set(from_gift) == set(QUESTIONS) - ids_of("formula", "quantity")
    for id, read in from_gift.items():
        assert as_text(read) == as_text(from_xml[id]), id


def test_moodle_gives_the_marks_and_explanations_that_are_given_here(tmp_path):
    export(tmp_path / "bank.xml", seed="ada")
    _, found = moodle_import.read_xml(tmp_path / "bank.xml")
    for id, read in found.items():
        asked = QUESTIONS[id].ask("ada")
        _SAME_IN_MOODLE[asked.question.type](asked, read)


def _same_true_false(asked, read):
    assert read["right"] == asked.fields["answer"]
    for word, said in read["feedback"].items():
        assert said == to_mathjax_html(asked.judge(word).message)


def _same_choice(asked, read):
    assert read["single"] == (asked.question.type != "multiple")
    texts = {
        letter: to_mathjax_html(asked._filled(c["text"])) for letter, c in asked.choices.items()
    }
    assert [answer["text"] for answer in read["answers"]] == list(texts.values())
    right = {texts[letter] for letter in asked.right}
    assert moodle_import.grade(read, right)[0] == pytest.approx(1, abs=1e-4)
    if read["single"]:
        assert all(moodle_import.grade(read, {t})[0] == (t in right) for t in texts.values())
    else:  # neither ticking everything nor one wrong choice pays
        assert moodle_import.grade(read, set(texts.values()))[0] == pytest.approx(0, abs=1e-4)
        assert moodle_import.grade(read, set(texts.values()) - right)[0] == 0


def _same_number(asked, read):
    mistakes = [asked._computed(m["value"]) for m in asked.fields.get("mistake", ())]
    edge = 0.999 * asked.tolerance
    values = [asked.key, asked.key + edge, asked.key - edge, asked.key + 1.01 * asked.tolerance]
    for value in [*values, *filter(math.isfinite, mistakes)]:
        given, said = moodle_import.grade(read, value)
        judged = asked.judge(value)
        assert given == judged.fraction, (asked.question.id, value)
        if judged.right:
            assert said == to_mathjax_html(judged.message)
        # Where two known mistakes give nearly the same number, Moodle takes the first one.
        assert bool(said) == (judged.right or bool(judged.mistake)), (asked.question.id, value)


def _same_ordering(asked, read):
    steps = {to_mathjax_html(text): int(step) for text, step in read["pairs"]}
    assert steps == {to_mathjax_html(line["text"]): n for line, n in zip(
        asked.fields["line"], asked.steps.values(), strict=True
    )}  # fmt: skip


def _same_words(asked, read):
    words = [word["text"] for word in asked.fields["word"]]
    for given in [*words, words[0].upper(), "something else"]:
        judged = asked.judge(given)
        assert moodle_import.grade(read, given) == (
            judged.fraction, to_mathjax_html(judged.message)
        )  # fmt: skip


_SAME_IN_MOODLE = {
    "true_false": _same_true_false,
    "single": _same_choice,
    "multiple": _same_choice,
    "quantity": _same_choice,
    "number": _same_number,
    "ordering": _same_ordering,
    "words": _same_words,
}


def test_moodle_xml_shuffles_and_says_how_many_are_right(tmp_path):
    export(tmp_path / "bank.xml")
    for made in ElementTree.parse(tmp_path / "bank.xml").iter("question"):
        if made.get("type") in ("multichoice", "matching"):
            assert made.findtext("shuffleanswers") == "true"
        if made.get("type") == "multichoice":
            several = QUESTIONS[made.findtext("name/text")].type == "multiple"
            assert made.findtext("single") == str(not several).lower()


def test_jupyterquiz_fits_its_schemas_and_comes_back_the_same(tmp_path):
    path = tmp_path / "bank.json"
    assert set(export(path, seed="ada")) == ids_of("formula", "quantity", "ordering")
    entries = json.loads(path.read_text(encoding="utf-8"))
    for entry in entries:
        assert set(entry) == {"question", "type", "answers"}
        for answer in entry["answers"]:
            assert_fits(entry["type"], answer)
    questions, left_out = read_jupyterquiz(path)
    assert left_out == []
    assert len(questions) == len(entries)
    known = [q for q in QUESTIONS.values() if q.type in ("single", "multiple", "number", "words")]
    back = {question.text: question for question in questions.values()}
    for original in known:
        asked = original.ask("ada")
        again = back[asked.text].ask(0)
        if original.type == "number":
            for known_one in asked.known:
                judged, before = (q.judge(repr(known_one.value)) for q in (again, asked))
                assert (judged.fraction, judged.message) == (before.fraction, before.message)
        elif original.type == "words":
            for word in [*(w["text"] for w in original.fields["word"]), "adgrad", "none of them"]:
                assert again.judge(word).message == asked.judge(word).message
        else:
            right = {asked._filled(c["text"]) for c in original.fields["choice"] if c.get("right")}
            assert {again.choices[letter]["text"] for letter in again.right} == right


def assert_fits(type, answer):
    """As jupyterquiz's three schemas ask for it."""
    if answer.get("type") == "default":
        assert set(answer) == {"type", "feedback"}
    elif type == "numeric":
        assert set(answer) - {"value", "range"} == {"type", "correct", "feedback"}
        assert isinstance(answer.get("value", 0.0), float)
        low, high = answer.get("range", (0, 1))
        assert low < high
    else:
        more = {"match_case", "fuzzy_threshold"} if type == "string" else set()
        assert set(answer) - more == {"answer", "correct", "feedback"}
        assert isinstance(answer["answer"], str)
        assert isinstance(answer["correct"], bool)


QUIZ = [
    {
        "question": "Choose <b>one</b>: $y = x$?<br>See [here](https://example.org).",
        "type": "multiple_choice",
        "answer_cols": 2,
        "answers": [
            {"answer": "a line", "correct": True, "feedback": "Yes: <code>2*x*1</code> &gt; 0."},
            {"code": "y = x**2", "correct": False},
            {"answer": "2*3*4 or", "code": "a = [[1]]\nb = 2", "correct": False},
        ],
    },
    {
        "question": "pi",
        "type": "numeric",
        "precision": 3,
        "answers": [
            {"type": "value", "value": 3.14159, "correct": True, "feedback": "Good."},
            {"type": "range", "range": [3.24, 3.26], "correct": True, "feedback": "Generous."},
            {"type": "range", "range": [-1e8, 0], "correct": False, "feedback": "Positive."},
            {"value": 3.0, "correct": False, "feedback": "Close."},
            {"type": "default", "feedback": "No."},
        ],
    },
    {
        "question": "What does it print?",
        "code": "a = 1\nprint(a &lt; 2)",
        "type": "string",
        "input_width": 10,
        "answers": [
            {"answer": "True", "correct": True, "match_case": True, "feedback": "Yes."},
            {"answer": "true", "correct": False, "feedback": "With a capital."},
            {"answer": "a truth", "correct": False, "fuzzy_threshold": 0.6, "feedback": "Nearly."},
            {"type": "default", "feedback": "No: $1 < 2$."},
        ],
    },
    {"question": "match", "type": "match", "answers": []},
    {
        "question": "<img src='a.png'>",
        "type": "many_choice",
        "answers": [{"answer": "a", "correct": True}],
    },
]


@pytest.fixture
def old_quiz(tmp_path):
    path = tmp_path / "old quiz.json"
    path.write_text(json.dumps(QUIZ))
    return path


def test_a_quiz_of_jupyterquiz_comes_in(old_quiz):
    questions, left_out = read_jupyterquiz(old_quiz)
    assert left_out == [4, 5]
    assert list(questions) == ["old_quiz_1", "old_quiz_2", "old_quiz_3"]
    choice, _, words = questions.values()
    assert choice.text == "Choose *one*: $y = x$? See here (https://example.org)."
    assert choice.judge(choice.ask(0).solution).message == "Yes: `2*x*1` > 0."
    texts = {c["text"] for c in choice.fields["choice"]}
    assert texts == {"a line", "`y = x**2`", "2∗3∗4 or `\na = [ [1]]\nb = 2`"}
    assert words.text == "What does it print? `\na = 1\nprint(a < 2)`"


@pytest.mark.parametrize(
    ("place", "answer", "right", "message"),
    [
        (2, "3,14", True, "Good."),
        (2, "3.25", True, "Generous."),
        (2, "-5", False, "Positive."),
        (2, "3", False, "Close."),
        (2, "3.2", False, "Your answer is 3.2. No."),
        (3, "True", True, "Yes."),
        (3, "TRUE", False, "With a capital."),
        (3, "the truth", False, "Nearly."),
        (3, "2", False, "No: $1 < 2$."),
    ],
)
def test_it_is_judged_as_jupyterquiz_judges(old_quiz, place, answer, right, message):
    judged = read_jupyterquiz(old_quiz)[0][f"old_quiz_{place}"].judge(answer)
    assert (judged.right, judged.message) == (right, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not readable as JSON"),
        ("{}", "must be a list of questions"),
        ("[3]", "'q_1' must be an object; given 3"),
        ('[{"type": "numeric", "answers": []}]', "question 'q_1', field 'question' must be a str"),
        (
            '[{"question": "x", "type": "numeric", "answers": []}]',
            "must hold a right one",
        ),
        (
            '[{"question": "x", "type": "numeric", "answers": [{"value": "3", "correct": true}]}]',
            "field 'answers.0' must have a number",
        ),
        (
            '[{"question": "x", "type": "many_choice", "answers": [{"answer": "a"}]}]',
            "field 'answers.0.correct' must be true or false",
        ),
        (
            '[{"question": "x", "type": "many_choice", "answers": [{"correct": true}]}]',
            "field 'answers.0.answer' must be a text",
        ),
        (
            '[{"question": "x", "type": "many_choice", "answers": [1]}]',
            "'answers.0' must be an object",
        ),
        ("[" * 100_000, "not readable as JSON"),
    ],
)
def test_a_mistake_in_a_file_of_jupyterquiz_is_refused(tmp_path, text, message):
    path = tmp_path / "q.json"
    path.write_text(text)
    with pytest.raises(QuestionError, match=r"q\.json") as refused:
        read_jupyterquiz(path)
    assert message in str(refused.value)


def test_questions_of_ones_own_go_out_however_they_are_given(tmp_path, old_quiz):
    own = tmp_path / "own.toml"
    body = 'type = "number"\nslide = "s"\ngoal = "g"\ntext = "2 times [[x]]?"\nwhy = "double"\n'
    own.write_text(f'[mine]\n{body}draw = {{ x = [1, 2] }}\nanswer = "2 * x"\ndigits = 2')
    mine = mt.quiz.read(own)
    old, _ = read_jupyterquiz(old_quiz)
    for path in (tmp_path / "own.xml", tmp_path / "own.gift", tmp_path / "own.zip"):
        for given in (mine, list(mine.values()), mine["mine"], ["adams_step", mine["mine"]], old):
            assert export(path, given) == ()
            assert path.stat().st_size > 0
    export(tmp_path / "own.xml", mine)
    assert "2 times" in (tmp_path / "own.xml").read_text("utf-8")


def test_wrong_calls_write_nothing(tmp_path):
    with pytest.raises(TypeError, match="questions must be ids or questions; given 3"):
        export(tmp_path / "bank.gift", 3)
    with pytest.raises(ValueError, match="'adams_step' stands twice"):
        export(tmp_path / "bank.gift", ["adams_step", QUESTIONS["adams_step"]])
    with pytest.raises(ValueError, match=r"must end with one of \.gift, \.xml, \.zip, \.json"):
        export(tmp_path / "bank.doc")
    with pytest.raises(ValueError, match="is unknown"):
        export(tmp_path / "bank.gift", ["no_such_question"])
    assert list(tmp_path.iterdir()) == []


def test_the_same_export_has_the_same_bytes(tmp_path):
    ids = ["lines_of_adam", "which_of_adams_quantities", "adams_step"]
    for suffix in (".gift", ".xml", ".zip", ".json"):
        first, second = (tmp_path / f"{name}{suffix}" for name in "ab")
        mt.quiz.export(first, ids)
        mt.quiz.export(second, ids)
        assert first.read_bytes() == second.read_bytes()


def test_the_package_is_a_zip(tmp_path):
    export(tmp_path / "bank.qti", ["adams_step"], format="qti")
    assert zipfile.is_zipfile(io.BytesIO((tmp_path / "bank.qti").read_bytes()))
