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
from mlpteach.quiz import QUESTIONS, export, read_jupyterquiz
from mlpteach.quiz.exports.gift import shares_of
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


@pytest.mark.parametrize(("format", "suffix"), [("canvas", ".xml"), ("gift", ".zip")])
def test_a_format_is_written_as_other_systems_expect_its_file(tmp_path, format, suffix):
    with pytest.raises(ValueError, match=f"format='{format}' is written as .*; given .*{suffix}"):
        export(tmp_path / f"bank{suffix}", format=format)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="path must lie in a folder that is there"):
        export(tmp_path / "none" / "bank.gift")


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
    with pytest.warns(UserWarning, match="Canvas rounds"):
        left_out = export(tmp_path / "bank.zip", seed="ada", format="canvas")
    assert set(left_out) == FORMULAS
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
    assert left_out == {}
    assert len(questions) == len(entries)
    known = [q for q in QUESTIONS.values() if q.type in ("single", "multiple", "number", "words")]
    back = {question.text: question for question in questions.values()}
    for original in known:
        asked = original.ask("ada")
        again = back[asked.text].ask(0)
        if original.type == "number":
            for known_one in asked.known:
                value = known_one.value
                judged = again.judge(repr(value))
                assert judged.fraction == asked.judge(repr(value)).fraction
                # Where several known mistakes fit, there the first is said, here the nearest.
                assert judged.message in [k.why for k in asked.known if k.agrees(value)]
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


RIGHT = {"correct": True, "feedback": "Yes."}
OTHERS = [
    {
        "question": "<table><tr><td>a</td><td>$b$</td></tr></table> costs \\$5, <code>$x</code>",
        "type": "multiple_choice",
        "answers": [{"code": "a\n  b", **RIGHT}, {"answer": "<pre>c</pre>", "correct": False}],
    },
    {
        "question": "a<sup>th</sup> $\\!x$",
        "type": "numeric",
        "answers": [
            {"range": [3.9, 4.1], **RIGHT},
            {"value": 4.2, **RIGHT},
            {"range": [-1e8, 0], "correct": False},
            {"range": [100, 1e12], "correct": False},
        ],
    },
    {
        "question": "precisely",
        "type": "numeric",
        "precision": 2,
        "answers": [{"value": 99.7, **RIGHT}, {"range": [1, 5], "correct": False}],
    },
    {
        "question": "eleven",
        "type": "many_choice",
        "answers": [*({"answer": str(i), **RIGHT} for i in range(11)), {"answer": "x"}],
    },
    {"question": "word", "type": "string", "answers": [{"answer": "np.mean", **RIGHT}]},
]


def others():
    questions, left_out = read_jupyterquiz(OTHERS)
    assert left_out == {}
    return questions


def test_ranges_go_out_to_the_last_digit(tmp_path):
    export(tmp_path / "others.json", others())
    numeric = [e for e in json.loads((tmp_path / "others.json").read_text()) if "num" in e["type"]]
    for entry, original in zip(numeric, OTHERS[1:3], strict=True):
        sent = [a.get("range", [a.get("value")]) for a in entry["answers"]]
        given = [a.get("range", [a.get("value")]) for a in original["answers"]]
        assert (
            sent[: len(given)] == given if "precision" not in original else [[100], [1, 5], [None]]
        )
        assert entry.get("precision") == original.get("precision")
    export(tmp_path / "others.zip", others(), format="canvas")
    read = canvas_import.read(tmp_path / "others.zip")["quiz_2"]
    assert (read["low"], read["high"]) == (3.9, math.nextafter(4.1, 0))


EDGES = [
    3.9, math.nextafter(3.9, 0), 4.0, math.nextafter(4.1, 0), 4.1, 4.2, 0.03, -0.03, -300.0, -1e8,
    50.0, 100.0, 99.5, 99.49, 104.99, 105.0, 1e11, 1e12, 2e12, 0.99, 0.995, 1.0, 4.94, 4.99, 0.0,
]  # fmt: skip


def test_ranges_are_judged_in_moodle_as_here(tmp_path):
    questions = others()
    export(tmp_path / "others.xml", questions)
    export(tmp_path / "others.gift", questions)
    for found in (moodle_import.read_xml, moodle_import.read_gift):
        _, read = found(tmp_path / ("others.xml" if "xml" in found.__name__ else "others.gift"))
        wrong = {
            (id, number)
            for id in ("quiz_2", "quiz_3")
            for number in EDGES
            if moodle_import.grade(read[id], number)[0] != questions[id].judge(number).fraction
        }
        # It computes the ends from middle and tolerance, so the last digit may differ.
        ends = {3.9, math.nextafter(3.9, 0), math.nextafter(4.1, 0), 4.1, 99.5, 105.0, 0.995}
        assert {number for _, number in wrong} <= ends


def test_what_other_systems_read_is_well_formed(tmp_path):
    questions = others()
    for name in ("others.xml", "others.gift", "others.zip", "others.json"):
        assert export(tmp_path / name, questions) == ()
    found = in_a_process_of_its_own(SLET, tmp_path / "others.zip")
    assert set(found.values()) == {"AssessmentItem"}
    with zipfile.ZipFile(tmp_path / "others.zip") as package:
        first, second = (package.read(f"quiz_{i}.xml").decode() for i in (1, 2))
    assert "<div><table><tbody><tr><td>a</td><td><math" in first
    assert "<p><table" not in first
    assert "<prompt" not in first
    assert "<simpleChoice" in first
    assert 'width="-0.1667em"' in second


@pytest.mark.parametrize("right", range(1, 25))
def test_moodle_knows_every_share_and_all_right_ones_are_worth_all(right):
    answers = [{"answer": f"r{i}", "correct": True} for i in range(right)]
    entry = {"question": "q", "type": "many_choice", "answers": [*answers, {"answer": "w"}]}
    (question,) = read_jupyterquiz([entry])[0].values()
    shares = shares_of(question.ask())
    assert sum(share for share in shares.values() if share > 0) == pytest.approx(100)
    assert min(shares.values()) == -100
    for share in shares.values():
        assert any(abs(share / 100 - grade) < 1e-5 for grade in moodle_import.GRADES)


def test_what_canvas_rounds_away_is_said(tmp_path):
    body = 'type = "number"\nslide = "s"\ngoal = "g"\ntext = "?"\nwhy = "w"\ndigits = 2\n'
    (tmp_path / "own.toml").write_text(
        f'[tiny]\n{body}answer = "3 / 10**5"\n[fine]\n{body}answer = "3 / 10**4"\n'
        f'[coarse]\n{body}answer = "1234567 / 10**10"\n'
    )
    own = mt.quiz.read(tmp_path / "own.toml")
    with pytest.warns(UserWarning, match=r"rounds .* to tiny, coarse: leave them out"):
        export(tmp_path / "own.zip", own, format="canvas")
    export(tmp_path / "own.zip", own, format="qti")


def test_questions_of_ones_own_go_out_however_they_are_given(tmp_path):
    own = tmp_path / "own.toml"
    body = 'type = "number"\nslide = "s"\ngoal = "g"\ntext = "2 times [[x]]?"\nwhy = "double"\n'
    own.write_text(f'[mine]\n{body}draw = {{ x = [1, 2] }}\nanswer = "2 * x"\ndigits = 2')
    mine = mt.quiz.read(own)
    old, _ = read_jupyterquiz(OTHERS)
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
