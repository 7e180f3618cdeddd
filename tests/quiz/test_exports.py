"""What goes out is read by the formats' own readers; what comes in is judged as it was there."""

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest

import mlpteach as mt
from mlpteach.quiz import QUESTIONS, QuestionError, export, read_jupyterquiz
from mlpteach.quiz.exports.qti import QTI

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
    count = len(q.answers.answers) if hasattr(getattr(q, "answers", None), "answers") else 0
    found.append([q.title, q.valid, kind, count, q.full])
print(json.dumps(found))
"""


def test_gift_is_read_by_a_parser_of_gift(tmp_path):
    path = tmp_path / "bank.gift"
    left_out = export(path)
    assert set(left_out) == ids_of("formula", "quantity")
    found = in_a_process_of_its_own(GIFT, path)
    assert len(found) == len(QUESTIONS) - len(left_out)
    kinds = {
        "true_false": "TrueFalseSet", "single": "SelectSet", "multiple": "MultipleChoicesSet",
        "number": "NumericAnswerSet", "ordering": "MatchingSet",
    }  # fmt: skip
    read = 0
    for title, valid, kind, _, full in found:
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
        data = re.sub(rb"<(\\w+):math.*?</\\1:math>", b"<span>x</span>", data, flags=re.S)
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
            judged = QUESTIONS[id].ask("ada").judge(", ".join(values))
            assert judged.right, (id, values)
            declared = {e.get("identifier") for e in item.iter(f"{{{QTI}}}outcomeDeclaration")}
            used = {e.get("identifier") for e in item.iter(f"{{{QTI}}}setOutcomeValue")}
            assert used <= declared


def test_moodle_xml_has_what_moodle_asks_for(tmp_path):
    path = tmp_path / "bank.xml"
    assert set(export(path, seed="ada")) == FORMULAS
    questions = ElementTree.parse(path).getroot().findall("question")
    assert questions[0].get("type") == "category"
    kinds = {
        "true_false": "truefalse", "single": "multichoice", "multiple": "multichoice",
        "quantity": "multichoice", "number": "numerical", "ordering": "matching",
    }  # fmt: skip
    for made in questions[1:]:
        question = QUESTIONS[made.findtext("name/text")]
        assert made.get("type") == kinds[question.type]
        assert made.findtext("questiontext/text")
        fractions = [float(answer.get("fraction")) for answer in made.findall("answer")]
        if question.type == "multiple":
            assert sum(f for f in fractions if f > 0) == pytest.approx(100, abs=1e-4)
            assert sum(f for f in fractions if f < 0) == pytest.approx(-100, abs=1e-4)
        elif question.type != "ordering":
            assert sorted(set(fractions)) == [0, 100]
        if question.type == "number":
            assert question.ask("ada").judge(made.findtext("answer/text")).right
            assert all(float(a.findtext("tolerance")) > 0 for a in made.findall("answer"))
        if question.type == "quantity":
            assert made.find("questiontext/file").get("encoding") == "base64"
            assert "@@PLUGINFILE@@/map.png" in made.findtext("questiontext/text")


def test_jupyterquiz_fits_its_schemas_and_comes_back_the_same(tmp_path):
    path = tmp_path / "bank.json"
    assert set(export(path, seed="ada")) == ids_of("formula", "quantity", "ordering")
    entries = json.loads(path.read_text(encoding="utf-8"))
    for entry in entries:
        assert entry["type"] in ("multiple_choice", "many_choice", "numeric")
        for answer in entry["answers"]:
            if entry["type"] == "numeric":
                assert {"type", "feedback"} <= set(answer)
            else:
                assert set(answer) == {"answer", "correct", "feedback"}
    questions, left_out = read_jupyterquiz(path)
    assert left_out == []
    assert len(questions) == len(entries)
    known = [q for q in QUESTIONS.values() if q.type in ("single", "multiple", "number")]
    back = {question.text: question for question in questions.values()}
    for original in known:
        asked = original.ask("ada")
        again = back[asked.text].ask(0)
        if original.type == "number":
            assert again.judge(asked.solution).right
        else:
            right = {c["text"] for c in original.fields["choice"] if c.get("right")}
            assert {again.choices[letter]["text"] for letter in again.right} == {
                asked._filled(text) for text in right
            }


def test_a_quiz_of_jupyterquiz_comes_in(tmp_path):
    path = tmp_path / "old quiz.json"
    quiz = [
        {
            "question": "Choose: $y = x$?",
            "type": "multiple_choice",
            "answers": [
                {"answer": "a line", "correct": True, "feedback": "Yes."},
                {"code": "y = x**2", "correct": False},
            ],
        },
        {
            "question": "pi",
            "type": "numeric",
            "answers": [
                {"type": "value", "value": 3.14, "correct": True, "feedback": "Good."},
                {"type": "range", "range": [2.9, 3.1], "correct": False, "feedback": "Close."},
                {"type": "default", "feedback": "No."},
            ],
        },
        {"question": "name", "type": "string", "answers": [{"answer": "x", "correct": True}]},
    ]
    path.write_text(json.dumps(quiz))
    questions, left_out = read_jupyterquiz(path)
    assert left_out == [3]
    assert list(questions) == ["old_quiz_1", "old_quiz_2"]
    assert questions["old_quiz_1"].judge(questions["old_quiz_1"].ask(0).solution).message == "Yes."
    assert questions["old_quiz_2"].judge("3,14").message == "Good."
    assert questions["old_quiz_2"].judge("3.0").message == "Close."


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


def test_wrong_calls_write_nothing(tmp_path):
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
