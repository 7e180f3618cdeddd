"""What Moodle makes of a file: its import rules, written down again from its own importers.

Facts from Moodle's question/format.php, format/xml/format.php, format/gift/format.php,
engine/bank.php (the grades), type/multichoice, type/numerical and type/match. Both readers return
the same plain dictionaries, and raise Refused where Moodle refuses a question or reads it as
something that nobody meant.
"""

import base64
import re
import xml.etree.ElementTree as ElementTree

GRADES = [0, *(s * p / q for s in (1, -1) for p, q in [
    (1, 1), (9, 10), (5, 6), (4, 5), (3, 4), (7, 10), (2, 3), (3, 5), (1, 2), (2, 5), (1, 3),
    (3, 10), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 10), (1, 20),
])]  # fmt: skip
# PHP's is_numeric, which both importers ask.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class Refused(ValueError):
    """Moodle would not take it."""


def _need(condition, message):
    if not condition:
        raise Refused(message)


# -- Moodle XML


def read_xml(path):
    """Return (category, questions by name) of a file in Moodle XML."""
    category, questions, numbers = None, {}, set()
    for made in ElementTree.parse(path).getroot().findall("question"):
        if made.get("type") == "category":
            category = made.findtext("category/text")
            continue
        name = made.findtext("name/text", "").strip()
        _need(name and len(name) <= 255 and "<" not in name, f"name {name!r}")
        number = made.findtext("idnumber")
        # A second one in the same category is dropped without a word.
        _need(number and len(number) <= 100 and number not in numbers, f"idnumber {number!r}")
        numbers.add(number)
        read = {
            "text": _xml_text(made, "questiontext"),
            "general": _xml_text(made, "generalfeedback"),
        }
        read |= _XML[made.get("type")](made)
        questions[name] = checked(read)
    return category, questions


def _xml_text(parent, tag):
    found = parent.find(tag) if tag else parent
    if found is None:
        return ""
    _need(found.get("format") in ("html", "moodle_auto_format", "plain_text"), "text format")
    text = (found.findtext("text") or "").strip()
    files = {file.get("path") + file.get("name") for file in found.findall("file")}
    for file in found.findall("file"):
        _need(base64.b64decode(file.text, validate=True), "empty file")
    for name in re.findall(r'@@PLUGINFILE@@([^"]*)', text):
        _need(name in files, f"no file {name}")
    return text


def _xml_answers(made, with_format=False):
    return [
        {
            "text": _xml_text(a, "") if with_format else a.findtext("text").strip(),
            "fraction": float(a.get("fraction")) / 100,
            "feedback": _xml_text(a, "feedback"),
        }
        for a in made.findall("answer")
    ]


def _xml_multichoice(made):
    single = made.findtext("single") not in ("false", "0")
    _need(made.findtext("answernumbering") in ("abc", "ABCD", "123", "iii", "none"), "numbering")
    return {"type": "multichoice", "single": single, "answers": _xml_answers(made, True)}


def _xml_truefalse(made):
    answers = {a["text"]: a for a in _xml_answers(made)}
    # Other texts are taken for true and false by their order, with a warning.
    _need(set(answers) == {"true", "false"}, f"answers {set(answers)}")
    right = [text for text, a in answers.items() if a["fraction"] == 1]
    _need(len(right) == 1, "one must have the fraction 100")
    feedback = {text: a["feedback"] for text, a in answers.items()}
    return {"type": "truefalse", "right": right[0] == "true", "feedback": feedback}


def _xml_numerical(made):
    answers = _xml_answers(made)
    for answer, a in zip(answers, made.findall("answer"), strict=True):
        answer["tolerance"] = a.findtext("tolerance", "0")
    return {"type": "numerical", "answers": answers}


def _xml_match(made):
    pairs = [(_xml_text(s, ""), s.findtext("answer/text")) for s in made.findall("subquestion")]
    return {"type": "match", "pairs": pairs}


def _xml_shortanswer(made):
    case = made.findtext("usecase") == "1"
    return {"type": "shortanswer", "case": case, "answers": _xml_answers(made)}


_XML = {
    "multichoice": _xml_multichoice,
    "truefalse": _xml_truefalse,
    "numerical": _xml_numerical,
    "matching": _xml_match,
    "shortanswer": _xml_shortanswer,
}


# -- GIFT

_ESCAPED = {f"\\{sign}": chr(0xE000 + ord(sign)) for sign in ":#={}~"}
_WEIGHT = re.compile(r"%(-*\d{1,2}\.?\d*)%")


def read_gift(path):
    """Return (category, questions by name) of a file in GIFT."""
    category, questions = None, {}
    for paragraph in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()):
        lines = [line.strip() for line in paragraph.split("\n")]
        text = "\n".join(line for line in lines if not line.startswith("//")).strip()
        # A doubled backslash first, or \\: would be read as an escaped colon.
        text = re.sub(r"\\[\\:#={}~]", lambda found: _ESCAPED.get(found[0], "\\"), text)
        if text.startswith("$CATEGORY:"):
            category = text.removeprefix("$CATEGORY:").strip()
            continue
        _need(text.startswith("::") and text.count("::") == 2, f"name in {text[:60]!r}")
        _, name, text = text.split("::")
        questions[_plain(name)] = checked(_gift_question(text.strip()))
    return category, questions


def _plain(text):
    for sign, place in _ESCAPED.items():
        text = text.replace(place, sign[1])
    return text.strip()


def _gift_question(text):
    _need(text.count("{") == text.count("}") == 1, f"braces in {text!r}")
    # Elsewhere Moodle puts a gap into the sentence.
    _need(text.endswith("}"), f"the answers must come last: {text!r}")
    text, answers = text[:-1].split("{")
    answers, _, general = answers.strip().partition("####")
    answers = answers.strip()
    _need(text.startswith("[html]"), "text format")
    read = {"text": _plain(text.removeprefix("[html]")), "general": _plain(general)}
    if answers.startswith("#"):
        return read | _gift_numerical(answers[1:])
    if "~" in answers:
        return read | _gift_multichoice(answers)
    if "=" in answers and "->" in answers:
        pairs = [line.split("->", 1) for line in answers.split("=")[1:]]
        return read | {"type": "match", "pairs": [(_plain(a), _plain(b)) for a, b in pairs]}
    if answers.startswith("="):
        parts = [part.strip() for part in answers.split("=") if part.strip()]
        read |= {"type": "shortanswer", "case": False}
        return read | {"answers": [_gift_answer(part, 1.0) for part in parts]}
    return read | _gift_truefalse(answers)


def _gift_truefalse(answers):
    word, *said = answers.split("#", 2)
    # Any other word is a short answer.
    _need(word.strip() in ("T", "TRUE", "F", "FALSE") and len(said) == 2, answers)
    right = word.strip()[0] == "T"
    wrong_feedback, right_feedback = map(_plain, said)
    feedback = {str(right).lower(): right_feedback, str(not right).lower(): wrong_feedback}
    return {"type": "truefalse", "right": right, "feedback": feedback}


def _gift_answer(text, fraction):
    weight = _WEIGHT.match(text)
    if weight:
        fraction, text = float(weight[1]) / 100, text[weight.end() :]
    _need(not text.startswith("%"), f"a weight that Moodle does not know: {text[:20]!r}")
    text, _, feedback = text.partition("#")
    return {"text": _plain(text), "fraction": fraction, "feedback": _plain(feedback)}


def _gift_multichoice(answers):
    single = "=" in answers
    parts = [part.strip() for part in answers.replace("=", "~=").split("~") if part.strip()]
    read = [_gift_answer(p.removeprefix("="), float(p.startswith("="))) for p in parts]
    return {"type": "multichoice", "single": single, "answers": read}


def _gift_numerical(answers):
    _need("~" not in answers, "wrong-answer feedback is not written")
    read = [_gift_answer(part.strip(), 1.0) for part in answers.split("=") if part.strip()]
    for answer in read:
        answer["text"], _, answer["tolerance"] = answer["text"].partition(":")
    return {"type": "numerical", "answers": read}


# -- both


def checked(read):
    """Return a question as Moodle would save it."""
    for answer in read.get("answers", ()):
        grade = min(GRADES, key=lambda g: abs(g - answer["fraction"]))
        _need(abs(grade - answer["fraction"]) < 1e-5, f"no grade of Moodle: {answer['fraction']}")
        answer["fraction"] = grade
    if read["type"] == "multichoice":
        _need(len(read["answers"]) >= 2, "at least two answers")
        fractions = [a["fraction"] for a in read["answers"]]
        total = max(fractions) if read["single"] else sum(f for f in fractions if f > 0)
        _need(round(total, 2) == 1, f"the fractions give {total}")
    if read["type"] == "numerical":
        for answer in read["answers"]:
            for field in ("text", "tolerance"):
                _need(_NUMBER.fullmatch(answer[field]), f"no number: {answer[field]!r}")
                answer[field] = float(answer[field])
        _need(any(a["fraction"] == 1 for a in read["answers"]), "nothing is right")
    if read["type"] == "shortanswer":
        _need(max(a["fraction"] for a in read["answers"]) == 1, "nothing is right")
    if read["type"] == "match":
        asked = [pair for pair in read["pairs"] if pair[0]]
        _need(len(asked) >= 2, "at least two subquestions")
        _need(len({b for _, b in read["pairs"]}) >= 2, "at least two answers to choose from")
        _need(all(b for _, b in read["pairs"]), "a subquestion without an answer")
    return read


def grade(read, answer):
    """Return (grade, feedback) that Moodle gives to a number, a word, or choices' texts."""
    if read["type"] == "shortanswer":
        for a in read["answers"]:
            parts = map(re.escape, re.split(r"(?<!\\)\*", a["text"]))
            pattern = ".*".join(parts).replace(r"\\\*", r"\*")
            if re.fullmatch(pattern, answer, 0 if read["case"] else re.IGNORECASE):
                return a["fraction"], a["feedback"]
    if read["type"] == "numerical":
        for a in read["answers"]:  # the first that fits
            if abs(answer - a["text"]) <= a["tolerance"] + 1e-13 * max(1, abs(a["text"])):
                return a["fraction"], a["feedback"]
        return 0.0, ""
    total = sum(a["fraction"] for a in read["answers"] if a["text"] in answer)
    return min(max(total, 0.0), 1.0), ""
