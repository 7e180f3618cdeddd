"""QTI 2.1: a zip of one XML file a question and a manifest, as Canvas and others import it.

Source: IMS Question and Test Interoperability 2.1, Assessment Test, Section and Item Information
Model; for Canvas its importer, gems/plugins/qti_exporter/lib/qti. Formulas are left out. Formulas
*in texts* are MathML, which QTI takes as it is. An ordering goes out as a matching of lines to
steps.
"""

import re
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile
from xml.etree.ElementTree import SubElement

from mlpteach.quiz.exports.gift import text_of
from mlpteach.quiz.kinds.known import right_first
from mlpteach.quiz.text.markup import to_mathml_html

LEFT_OUT = ("formula",)
QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_CONTENT = "http://www.imsglobal.org/xsd/imscp_v1p1"
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_OLD = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is written


def write(path, asked, canvas=False):
    """Write asked questions; return the ids of those left out.

    For Canvas, the manifest tells which questions ask for a number, or Canvas would compare the
    answer with the key letter by letter. Strict readers refuse a manifest with that mark.

    Warns
    -----
    UserWarning
        Of questions whose answer Canvas would round away.
    """
    known = [question for question in asked if question.question.type not in LEFT_OUT]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        _put(package, "imsmanifest.xml", _bytes(_manifest(known, canvas)))
        for question in known:
            _put(package, f"{question.question.id}.xml", _bytes(item(question)))
            if question.question.type == "quantity":
                _put(package, f"{question.question.id}.png", question.png())
    if canvas:
        _warn_of_rounding(known)
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


def _warn_of_rounding(asked):
    """Name the questions to which no typed number can be right in Canvas."""
    numbers = [question for question in asked if question.question.type in ("number", "ranges")]
    lost = [
        question.question.id
        for question in numbers
        if not any(one.right and one.agrees(round(one.value, 4)) for one in question.known)
    ]
    if lost:
        message = "Canvas rounds a typed number to four decimals, which makes every answer wrong to"
        warnings.warn(f"{message} {', '.join(lost)}: leave them out.", stacklevel=4)


def _put(package, name, data):
    package.writestr(zipfile.ZipInfo(name, _OLD), data, zipfile.ZIP_DEFLATED)


def _bytes(tree):
    return ElementTree.tostring(tree, encoding="UTF-8", xml_declaration=True)


def item(asked):
    """Return one question as an assessmentItem."""
    made = ElementTree.Element(
        "assessmentItem",
        {
            "xmlns": QTI,
            "xmlns:xsi": _SCHEMA,
            "xsi:schemaLocation": f"{QTI} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
            "identifier": asked.question.id,
            "title": asked.question.id.replace("_", " "),
            "adaptive": "false",
            "timeDependent": "false",
        },
    )
    _WRITERS[asked.question.type](made, asked)
    return made


def _declare(made, cardinality, base_type, values):
    declared = SubElement(
        made, "responseDeclaration",
        identifier="RESPONSE", cardinality=cardinality, baseType=base_type,
    )  # fmt: skip
    correct = SubElement(declared, "correctResponse")
    for value in values:
        SubElement(correct, "value").text = value
    return declared


def _outcomes(made):
    score = SubElement(
        made, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float"
    )
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"
    SubElement(
        made, "outcomeDeclaration",
        identifier="FEEDBACK", cardinality="multiple", baseType="identifier",
    )  # fmt: skip


def _mixed(parent, tag, text, **attributes):
    """Add an element with a text of the bank: words, code and MathML; "p" holds no table."""
    written = to_mathml_html(text)
    tag = "div" if tag == "p" and _has_blocks(written) else tag
    read = ElementTree.fromstring(f"<{tag}>{written}</{tag}>")
    for element in read.iter():
        # Written as <math xmlns=…>, not with a prefix, which browsers do not know.
        if element.tag == f"{_MATHML}math":
            element.set("xmlns", _MATHML.strip("{}"))
        element.tag = element.tag.removeprefix(_MATHML)
    read.attrib.update(attributes)
    parent.append(read)
    return read


def _has_blocks(written):
    return bool(re.search("<(?:table|pre)>", written))


def _prompt(body, interaction, text):
    """Ask in the interaction itself, or before it where the text has a table."""
    if _has_blocks(to_mathml_html(text)):
        body.insert(0, _mixed(ElementTree.Element("itemBody"), "div", text))
    else:
        _mixed(interaction, "prompt", text)


def _field(body, text, length):
    """Ask, with a field for the answer behind the text."""
    asked = _mixed(body, "p", f"{text} ")
    paragraph = asked if asked.tag == "p" else SubElement(asked, "p")
    SubElement(
        paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength=length
    )


def _body(made, asked):
    body = SubElement(made, "itemBody")
    if asked.question.type == "quantity":
        _mixed(body, "p", asked.text)
        label = asked.picture
        SubElement(SubElement(body, "p"), "img", src=f"{asked.question.id}.png", alt=label)
    return body


def _choice(made, asked):
    several = asked.question.type == "multiple"
    _declare(made, "multiple" if several else "single", "identifier", asked.right)
    _outcomes(made)
    interaction = SubElement(
        _body(made, asked), "choiceInteraction",
        responseIdentifier="RESPONSE", shuffle="true", maxChoices="0" if several else "1",
    )  # fmt: skip
    if asked.question.type != "quantity":
        _prompt(made.find("itemBody"), interaction, asked.text)
    for letter, text in asked.lettered.items():
        _mixed(interaction, "simpleChoice", text, identifier=letter)
    _score_and_explain(made, {letter: asked._why(letter) for letter in asked.choices}, several)


def _score_and_explain(made, explanations, several=False):
    """Give a point for the key, and say something to each choice that was chosen."""
    processing = _score(made)
    for name in explanations:
        hit = SubElement(SubElement(processing, "responseCondition"), "responseIf")
        asked_for = SubElement(hit, "member" if several else "match")
        value = ElementTree.Element("baseValue", baseType="identifier")
        value.text = name
        variable = ElementTree.Element("variable", identifier="RESPONSE")
        asked_for.extend([value, variable] if several else [variable, value])
        _say(hit, name)
    _feedback(made, explanations)


def _score(made):
    processing = SubElement(made, "responseProcessing")
    condition = SubElement(processing, "responseCondition")
    hit = SubElement(condition, "responseIf")
    match = SubElement(hit, "match")
    SubElement(match, "variable", identifier="RESPONSE")
    SubElement(match, "correct", identifier="RESPONSE")
    _set_score(hit, "1")
    _set_score(SubElement(condition, "responseElse"), "0")
    return processing


def _set_score(parent, value):
    made = SubElement(parent, "setOutcomeValue", identifier="SCORE")
    SubElement(made, "baseValue", baseType="float").text = value


def _say(parent, name):
    """Add an explanation to those that are shown."""
    made = SubElement(parent, "setOutcomeValue", identifier="FEEDBACK")
    several = SubElement(made, "multiple")
    SubElement(several, "variable", identifier="FEEDBACK")
    SubElement(several, "baseValue", baseType="identifier").text = name


def _feedback(made, explanations):
    """Add what is said when FEEDBACK holds one of these names."""
    for name, why in explanations.items():
        said = SubElement(
            made, "modalFeedback",
            outcomeIdentifier="FEEDBACK", identifier=name, showHide="show",
        )  # fmt: skip
        _mixed(said, "p", why)


def _true_false(made, asked):
    _declare(made, "single", "identifier", [asked.solution])
    _outcomes(made)
    interaction = SubElement(
        _body(made, asked), "choiceInteraction",
        responseIdentifier="RESPONSE", shuffle="false", maxChoices="1",
    )  # fmt: skip
    _prompt(made.find("itemBody"), interaction, asked.text)
    for answer in ("true", "false"):
        choice = SubElement(interaction, "simpleChoice", identifier=answer)
        choice.text = answer.capitalize()
    _score_and_explain(made, {answer: asked.fields[f"if_{answer}"] for answer in ("true", "false")})


def _ordering(made, asked):
    pairs = [f"{name} step{step}" for name, step in asked.steps.items()]
    _declare(made, "multiple", "directedPair", pairs)
    _outcomes(made)
    body = _body(made, asked)
    _mixed(body, "p", text_of(asked))
    interaction = SubElement(
        body, "matchInteraction",
        responseIdentifier="RESPONSE", shuffle="true", maxAssociations=str(len(pairs)),
    )  # fmt: skip
    lines = SubElement(interaction, "simpleMatchSet")
    for line in asked.lines.values():
        _mixed(lines, "simpleAssociableChoice", line["text"], identifier=line["name"], matchMax="1")
    steps = SubElement(interaction, "simpleMatchSet")
    for step in sorted(set(asked.steps.values())):
        choice = SubElement(
            steps, "simpleAssociableChoice",
            identifier=f"step{step}", matchMax=str(len(pairs)), fixed="true",
        )  # fmt: skip
        choice.text = str(step)
    _say(_score(made), "general_explanation")
    _feedback(made, {"general_explanation": asked.why})


def _number(made, asked):
    key = next(one.value for one in asked.known if one.right)
    _declare(made, "single", "float", [repr(key)])
    _outcomes(made)
    _field(_body(made, asked), asked.text, "12")
    # Names matter: Canvas shows "correct" to every right answer, and a "wrong…" to every wrong one.
    known = right_first(asked.known)
    names = [f"correct{i or ''}" if k.right else f"mistake{i}" for i, k in enumerate(known)]
    condition = SubElement(SubElement(made, "responseProcessing"), "responseCondition")
    for i, (name, one) in enumerate(zip(names, known, strict=True)):
        hit = SubElement(condition, "responseElseIf" if i else "responseIf")
        _between(hit, one.low, one.high)
        _set_score(hit, "1" if one.right else "0")
        _say(hit, name)
    _feedback(made, {name: one.why for name, one in zip(names, known, strict=True)})


def _words(made, asked):
    right = [word["text"] for word in asked.fields["word"] if word.get("right", False)]
    _declare(made, "single", "string", right[:1])
    _outcomes(made)
    _field(_body(made, asked), asked.text, "20")
    condition = SubElement(SubElement(made, "responseProcessing"), "responseCondition")
    explanations = {}
    for i, word in enumerate(asked.fields["word"]):
        hit = SubElement(condition, "responseElseIf" if i else "responseIf")
        exactly = str(word.get("match_case", False)).lower()
        match = SubElement(hit, "stringMatch", caseSensitive=exactly)
        SubElement(match, "variable", identifier="RESPONSE")
        SubElement(match, "baseValue", baseType="string").text = word["text"]
        _set_score(hit, "1" if word.get("right", False) else "0")
        _say(hit, f"word{i}")
        explanations[f"word{i}"] = word["why"]
    _say(SubElement(condition, "responseElse"), "otherwise")
    _feedback(made, {**explanations, "otherwise": asked.fields["otherwise"]})


def _between(parent, low, high):
    """Ask for a range, which Canvas reads, rather than for equality with a tolerance."""
    both = SubElement(parent, "and")
    for operator, end in (("gte", low), ("lte", high)):
        compared = SubElement(both, operator)
        SubElement(compared, "variable", identifier="RESPONSE")
        SubElement(compared, "baseValue", baseType="float").text = repr(end)


def _manifest(asked, canvas):
    made = ElementTree.Element("manifest", {"xmlns": _CONTENT, "identifier": "mlpteach"})
    metadata = SubElement(made, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(made, "organizations")
    resources = SubElement(made, "resources")
    for question in asked:
        id = question.question.id
        resource = SubElement(
            resources, "resource",
            identifier=f"R-{id}", type="imsqti_item_xmlv2p1", href=f"{id}.xml",
        )  # fmt: skip
        if canvas and question.question.type in ("number", "ranges"):
            _mark_as_number(resource)
        SubElement(resource, "file", href=f"{id}.xml")
        if question.question.type == "quantity":
            SubElement(resource, "file", href=f"{id}.png")
    return made


def _mark_as_number(resource):
    """Say what makes Canvas read a question with its class for numbers."""
    metadata = SubElement(resource, "metadata")
    kind = SubElement(metadata, "interactionType", xmlns=QTI)
    kind.text = "extendedTextInteraction"
    mark = SubElement(metadata, "instructureMetadata")
    SubElement(mark, "instructureField", name="question_type", value="numerical_question")


_WRITERS = {
    "true_false": _true_false,
    "single": _choice,
    "multiple": _choice,
    "quantity": _choice,
    "number": _number,
    "ranges": _number,
    "ordering": _ordering,
    "words": _words,
}
