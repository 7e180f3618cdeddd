"""What Canvas makes of a QTI 2.1 package: its import rules, written down again.

Facts from Canvas's gems/plugins/qti_exporter/lib/qti: converter, assessment_item_converter,
question_type_educated_guesser, choice_interaction, numeric_interaction, associate_interaction.
"""

import re
import xml.etree.ElementTree as ElementTree
import zipfile

CONTENT = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"


def read(path):
    """Return the questions of a package by their identifier."""
    with zipfile.ZipFile(path) as package:
        manifest = ElementTree.fromstring(package.read("imsmanifest.xml"))
        schema = manifest.findtext(f"{CONTENT}metadata/{CONTENT}schema")
        assert "QTIv2." in schema  # else it is taken for QTI 1.2
        return dict(
            _question(resource, ElementTree.fromstring(package.read(resource.get("href"))))
            for resource in manifest.iter(f"{CONTENT}resource")
            if resource.get("type").startswith("imsqti_item_xmlv2p")
        )


def _question(resource, item):
    def _all(tag):
        return list(item.iter(f"{QTI}{tag}"))

    key = [value.text for value in item.iterfind(f".//{QTI}correctResponse/{QTI}value")]
    read = {"comments": _comments(item)}
    mark = f".//{CONTENT}instructureMetadata/{CONTENT}instructureField[@name='question_type']"
    marked = resource.find(mark)
    interaction = resource.find(f".//{QTI}interactionType")
    if interaction is not None:
        # "extendedText…" with this mark is the only way to its class for numbers.
        assert "extendedtext" in interaction.text.lower()
        assert marked.get("value") == "numerical_question"
        low, high = (
            float(next(item.iter(f"{QTI}{tag}")).find(f"{QTI}baseValue").text)
            for tag in ("gte", "lte")
        )
        read |= {"type": "numerical", "low": low, "high": high}
    elif _all("choiceInteraction"):
        texts = {c.get("identifier"): "".join(c.itertext()) for c in _all("simpleChoice")}
        read |= {"type": "choice", "key": set(key), "texts": texts, "said": _answers_comments(item)}
    elif _all("textEntryInteraction"):
        read |= {"type": "blanks", "accepted": key}  # compared letter by letter
    elif _all("matchInteraction"):
        read |= {"type": "matching", "pairs": dict(value.split() for value in key)}
    else:
        raise AssertionError("Canvas can't guess the type")
    assert any(p.text or len(p) for p in [*_all("p"), *_all("prompt")])
    return item.get("identifier"), read


def _answers_comments(item):
    """Return, by choice, the explanation that its own condition names."""
    said = {f.get("identifier"): f for f in item.iter(f"{QTI}modalFeedback")}
    found = {}
    for condition in item.iter(f"{QTI}responseIf"):
        values = condition.findall(f"*/{QTI}baseValue[@baseType='identifier']")
        outcome = condition.find(f"{QTI}setOutcomeValue[@identifier='FEEDBACK']")
        if not values or outcome is None:
            continue
        assert outcome.find(f".//{QTI}variable[@identifier='FEEDBACK']") is not None
        name = outcome.find(f".//{QTI}baseValue").text
        # Such a name is taken for an explanation to every right, or wrong, answer.
        assert not re.search(r"general_|_all|wrong|incorrect|correct|_IC$|_C$", name, re.I)
        found[values[0].text] = "".join(said[name].find(f"{QTI}p").itertext())
    return found


def _comments(item):
    """Return what is said to every right, every wrong, and to all answers."""
    found = {}
    for feedback in item.iter(f"{QTI}modalFeedback"):
        name, text = feedback.get("identifier"), "".join(feedback.itertext())
        if re.search(r"wrong|incorrect|_IC$", name, re.I):
            found["wrong"] = text
        elif re.search(r"correct|_C$", name, re.I):
            found["right"] = text
        elif re.search(r"general_|_all", name, re.I):
            found["all"] = text
    return found
