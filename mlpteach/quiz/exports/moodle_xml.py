"""Moodle XML: what Moodle imports with pictures and all explanations.

Source: Moodle's documentation, "Moodle XML format", and its importer,
question/format/xml/format.php. Formulas are left out, because Moodle cannot compare them. An
ordering goes out as a matching of lines to steps.
"""

import base64
import xml.etree.ElementTree as ElementTree
from xml.etree.ElementTree import SubElement

from mlpteach.quiz.exports.gift import CATEGORY, shares_of, shortanswer, text_of, weight
from mlpteach.quiz.text.markup import to_mathjax_html

LEFT_OUT = ("formula",)
_PICTURE = "map.png"


def write(path, asked):
    """Write asked questions; return the ids of those left out."""
    quiz = ElementTree.Element("quiz")
    category = SubElement(quiz, "question", type="category")
    _text(SubElement(category, "category"), CATEGORY)
    for question in asked:
        if question.question.type not in LEFT_OUT:
            _WRITERS[question.question.type](quiz, question)
    ElementTree.indent(quiz)
    ElementTree.ElementTree(quiz).write(path, encoding="UTF-8", xml_declaration=True)
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


def _text(parent, text):
    SubElement(parent, "text").text = text


def _html(parent, tag, text):
    made = SubElement(parent, tag, format="html")
    _text(made, to_mathjax_html(text) if text else "")
    return made


def _question(quiz, asked, type):
    made = SubElement(quiz, "question", type=type)
    _text(SubElement(made, "name"), asked.question.id)
    _html(made, "questiontext", text_of(asked))
    _html(made, "generalfeedback", "")
    SubElement(made, "defaultgrade").text = "1"
    SubElement(made, "penalty").text = "1" if type == "truefalse" else "0.3333333"
    SubElement(made, "hidden").text = "0"
    SubElement(made, "idnumber").text = asked.question.id
    return made


def _answer(question, fraction, text, feedback, format="html"):
    made = SubElement(question, "answer", fraction=weight(fraction), format=format)
    _text(made, text)
    _html(made, "feedback", feedback)
    return made


def _true_false(quiz, asked):
    made, fields = _question(quiz, asked, "truefalse"), asked.fields
    for answer in (True, False):
        fraction = 100 if answer == fields["answer"] else 0
        feedback = fields["if_true" if answer else "if_false"]
        _answer(made, fraction, str(answer).lower(), feedback, "moodle_auto_format")


def _choices(quiz, asked):
    several = asked.question.type == "multiple"
    made = _question(quiz, asked, "multichoice")
    SubElement(made, "single").text = str(not several).lower()
    SubElement(made, "shuffleanswers").text = "true"
    SubElement(made, "answernumbering").text = "abc"
    shares = shares_of(asked)
    for letter, text in asked.lettered.items():
        worth = shares[letter] if several else max(shares[letter], 0)
        _answer(made, worth, to_mathjax_html(text), asked._why(letter))
    return made


def _quantity(quiz, asked):
    made = _choices(quiz, asked)
    text = made.find("questiontext")
    label = asked.picture
    image = f'<p><img src="@@PLUGINFILE@@/{_PICTURE}" alt="{label}"></p>'
    text.find("text").text += image
    file = SubElement(text, "file", name=_PICTURE, path="/", encoding="base64")
    file.text = base64.b64encode(asked.png()).decode()


def _number(quiz, asked):
    made = _question(quiz, asked, "numerical")
    for known in asked.known:
        center, room = map(repr, known.as_tolerance())
        answer = _answer(made, 100 * known.right, center, known.why, "moodle_auto_format")
        SubElement(answer, "tolerance").text = room


def _words(quiz, asked):
    made = _question(quiz, asked, "shortanswer")
    words = asked.fields["word"]
    SubElement(made, "usecase").text = str(int(any(word.get("match_case") for word in words)))
    for word in words:
        worth, text = 100 * word.get("right", False), shortanswer(word["text"])
        _answer(made, worth, text, word["why"], "moodle_auto_format")
    _answer(made, 0, "*", asked.fields["otherwise"], "moodle_auto_format")


def _ordering(quiz, asked):
    made = _question(quiz, asked, "matching")
    made.find("generalfeedback").find("text").text = to_mathjax_html(asked.why)
    SubElement(made, "shuffleanswers").text = "true"
    for line in asked.fields["line"]:
        part = _html(made, "subquestion", line["text"])
        _text(SubElement(part, "answer"), str(asked.steps[line["name"]]))


_WRITERS = {
    "true_false": _true_false,
    "single": _choices,
    "multiple": _choices,
    "quantity": _quantity,
    "number": _number,
    "ranges": _number,
    "ordering": _ordering,
    "words": _words,
}
