"""QTI 2.1: a zip of one XML file a question and a manifest, as Canvas and others import it.

Source: IMS Question and Test Interoperability 2.1, Assessment Test, Section and Item Information
Model. Formulas are left out. Formulas *in texts* are MathML, which QTI takes as it is.
"""

import xml.etree.ElementTree as ElementTree
import zipfile
from xml.etree.ElementTree import SubElement

from mlpteach.quiz.exports.gift import known_mistakes
from mlpteach.quiz.text import to_mathml_html

LEFT_OUT = ("formula",)
QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_CONTENT = "http://www.imsglobal.org/xsd/imscp_v1p1"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_MATCH_CORRECT = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
_OLD = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is written


def write(path, asked):
    """Write asked questions; return the ids of those left out."""
    known = [question for question in asked if question.question.type not in LEFT_OUT]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        _put(package, "imsmanifest.xml", _bytes(_manifest(known)))
        for question in known:
            _put(package, f"{question.question.id}.xml", _bytes(item(question)))
            if question.question.type == "quantity":
                _put(package, f"{question.question.id}.png", question.png())
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


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
    for identifier, base_type, value in (("SCORE", "float", "0"), ("FEEDBACK", "identifier", None)):
        declared = SubElement(
            made, "outcomeDeclaration",
            identifier=identifier, cardinality="single", baseType=base_type,
        )  # fmt: skip
        if value is not None:
            SubElement(SubElement(declared, "defaultValue"), "value").text = value


def _mixed(parent, tag, text, **attributes):
    """Add an element with a text of the bank: words, code and MathML."""
    read = ElementTree.fromstring(f"<{tag}>{to_mathml_html(text)}</{tag}>")
    read.attrib.update(attributes)
    parent.append(read)
    return read


def _body(made, asked):
    body = SubElement(made, "itemBody")
    if asked.question.type == "quantity":
        _mixed(body, "p", asked.text)
        label = asked.shown()["picture"]["label"]
        SubElement(SubElement(body, "p"), "img", src=f"{asked.question.id}.png", alt=label)
    return body


def _processing_by_template(made):
    SubElement(made, "responseProcessing", template=_MATCH_CORRECT)


def _choice(made, asked):
    several = asked.question.type == "multiple"
    _declare(made, "multiple" if several else "single", "identifier", asked.right)
    _outcomes(made)
    interaction = SubElement(
        _body(made, asked), "choiceInteraction",
        responseIdentifier="RESPONSE", shuffle="true", maxChoices="0" if several else "1",
    )  # fmt: skip
    prompt = "" if asked.question.type == "quantity" else asked.text
    if prompt:
        _mixed(interaction, "prompt", prompt)
    for letter, choice in asked.choices.items():
        _mixed(interaction, "simpleChoice", asked._filled(choice["text"]), identifier=letter)
    if several:
        _processing_by_template(made)
    else:
        _score_and_feedback(made)
        _feedback(made, {letter: asked._why(letter) for letter in asked.choices})


def _score_and_feedback(made):
    processing = SubElement(made, "responseProcessing")
    condition = SubElement(processing, "responseCondition")
    hit = SubElement(condition, "responseIf")
    match = SubElement(hit, "match")
    SubElement(match, "variable", identifier="RESPONSE")
    SubElement(match, "correct", identifier="RESPONSE")
    _set(hit, "SCORE", "float", "1")
    _set(SubElement(condition, "responseElse"), "SCORE", "float", "0")
    chosen = SubElement(processing, "setOutcomeValue", identifier="FEEDBACK")
    SubElement(chosen, "variable", identifier="RESPONSE")


def _feedback(made, explanations):
    """Add what is said when FEEDBACK has one of these values."""
    for name, why in explanations.items():
        _mixed(
            made, "modalFeedback", why,
            outcomeIdentifier="FEEDBACK", identifier=name, showHide="show",
        )  # fmt: skip


def _set(parent, identifier, base_type, value):
    made = SubElement(parent, "setOutcomeValue", identifier=identifier)
    SubElement(made, "baseValue", baseType=base_type).text = value


def _true_false(made, asked):
    _declare(made, "single", "identifier", [asked.solution])
    _outcomes(made)
    interaction = SubElement(
        _body(made, asked), "choiceInteraction",
        responseIdentifier="RESPONSE", shuffle="false", maxChoices="1",
    )  # fmt: skip
    _mixed(interaction, "prompt", asked.text)
    for answer in ("true", "false"):
        choice = SubElement(interaction, "simpleChoice", identifier=answer)
        choice.text = answer.capitalize()
    _score_and_feedback(made)
    _feedback(made, {answer: asked.fields[f"if_{answer}"] for answer in ("true", "false")})


def _ordering(made, asked):
    _declare(made, "ordered", "identifier", asked.solution.split(", "))
    _outcomes(made)
    interaction = SubElement(
        _body(made, asked), "orderInteraction", responseIdentifier="RESPONSE", shuffle="true"
    )
    _mixed(interaction, "prompt", asked.text)
    for letter, line in asked.lines.items():
        _mixed(interaction, "simpleChoice", line["text"], identifier=letter)
    _processing_by_template(made)


def _number(made, asked):
    _declare(made, "single", "float", [f"{asked.key:.10g}"])
    _outcomes(made)
    paragraph = _mixed(_body(made, asked), "p", asked.text + " ")
    SubElement(
        paragraph, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="12"
    )
    answers = [("right", asked.key, asked.why)]
    answers += [(f"mistake{i}", *m) for i, m in enumerate(known_mistakes(asked), start=1)]
    condition = SubElement(SubElement(made, "responseProcessing"), "responseCondition")
    for i, (name, value, _) in enumerate(answers):
        hit = SubElement(condition, "responseElseIf" if i else "responseIf")
        tolerance = f"{asked.tolerance:.6g}"
        equal = SubElement(
            hit, "equal", toleranceMode="absolute", tolerance=f"{tolerance} {tolerance}"
        )
        SubElement(equal, "variable", identifier="RESPONSE")
        SubElement(equal, "baseValue", baseType="float").text = f"{value:.10g}"
        _set(hit, "SCORE", "float", "0" if i else "1")
        _set(hit, "FEEDBACK", "identifier", name)
    _feedback(made, {name: why for name, _, why in answers})


def _manifest(asked):
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
        SubElement(resource, "file", href=f"{id}.xml")
        if question.question.type == "quantity":
            SubElement(resource, "file", href=f"{id}.png")
    return made


_WRITERS = {
    "true_false": _true_false,
    "single": _choice,
    "multiple": _choice,
    "quantity": _choice,
    "number": _number,
    "ordering": _ordering,
}
