"""The bank in the real jupyterquiz: shown by it, answered in Chromium and judged by its scripts."""

import json

import jupyterquiz.dynamic.display
import pytest

from mlpteach.quiz import QUESTIONS, export, read_jupyterquiz


@pytest.fixture
def shown(page, tmp_path, monkeypatch):
    """Return a function that shows questions by ``display_quiz``, as a notebook would."""

    def show(ids=None):
        given = []
        monkeypatch.setattr(jupyterquiz.dynamic.display, "display", given.append)
        left_out = export(tmp_path / "quiz.json", ids, seed="ada")
        jupyterquiz.display_quiz(str(tmp_path / "quiz.json"), shuffle_answers=False)
        html, script = (each.data for each in given)
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_content(f"<!doctype html><body>{html}</div></body>")
        page.add_script_tag(content=script)
        assert errors == []
        asked = [QUESTIONS[id].ask("ada") for id in ids or QUESTIONS if id not in left_out]
        entries = json.loads((tmp_path / "quiz.json").read_text())
        return list(zip(asked, entries, page.locator(".Quiz[id^=quizWrap]").all(), strict=True))

    return show


def test_all_are_shown_with_code_and_signs_as_meant(shown, page):
    for asked, _, block in shown():
        text = block.inner_text()
        assert "&lt;" not in text, asked.question.id
        assert "<code>" not in text, asked.question.id
        assert "`" not in text, asked.question.id
    assert page.locator(".Quiz code").count() > 0


def test_right_and_wrong_answers_are_judged_as_here(shown):
    for asked, entry, block in shown():
        judge = _typed if entry["type"] in ("numeric", "string") else _clicked
        judge(asked, entry, block)


def _typed(asked, entry, block):
    field, said = block.locator("input.Input-text"), block.locator(".Feedback")
    wrong = "0" if asked.question.type == "number" and asked.key else "77"
    for answer in (asked.solution, wrong):
        right = asked.judge(answer).right
        field.fill(answer)
        field.press("Enter")
        assert ("correct" in said.get_attribute("class").split()) == right, (entry, answer)


def _clicked(asked, entry, block):
    said, labels = block.locator(".Feedback"), block.locator("label.MCButton")
    assert labels.count() == len(entry["answers"])
    for place, answer in enumerate(entry["answers"]):
        labels.nth(place).click()
        classes = said.get_attribute("class").split()
        assert ("correct" in classes) == answer["correct"], (asked.question.id, answer)
        assert said.inner_text().strip()


YES, NO = {"correct": True, "feedback": "Yes."}, {"correct": False, "feedback": "No."}
NUMBERS = [
    "0", "-0", "1", "2", "3.9", "4", "4.0999", "4.1", "5e11", "99", "99.49", "99.5", "100",
    "104.99", "105", "-300", "-1e8", "-1e-9", "0.03", "1e12", "1/4", "0.0194999", "0.01951",
    "0.0175", "-99.5", "-104.9",
]  # fmt: skip
TEXTS = ["np.mean", "npmean", " NP.mean", "RMSProp", "RMSPorp", "rmspro", "a  b", "a b"]
OTHERS = [
    ("numeric", [{"range": [100, 1e12], **YES}, {"range": [-1e8, 0], **NO}], {}),
    ("numeric", [{"range": [3.9, 4.1], **YES}, {"value": 0.25, **YES}], {}),
    ("numeric", [{"value": 1, **NO}, {"range": [0, 2], **YES}], {}),
    ("numeric", [{"range": [0, 2], **YES}, {"value": 1, **NO}], {}),
    ("numeric", [{"range": [2, 0], **NO}, {"value": 2, **YES}, {"type": "default"}], {}),
    ("numeric", [{"value": 100, **YES}, {"value": -100, **YES}], {"precision": 2}),
    (
        "numeric",
        [{"range": [0.018, 0.02], **YES}, {"range": [-1e8, -1e-9], **NO}],
        {"precision": 2},
    ),
    ("string", [{"answer": "np.mean", "match_case": True, **YES}], {}),
    ("string", [{"answer": "np.mean", **YES}, {"answer": "a  b", **YES}], {}),
    ("string", [{"answer": "RMSProp", "fuzzy_threshold": 0.8, **YES}], {}),
]


@pytest.mark.parametrize("place", range(len(OTHERS)))
def test_quizzes_of_others_are_judged_there_as_here(page, monkeypatch, place):
    type, answers, more = OTHERS[place]
    entry = {"question": "q", "type": type, "answers": answers, **more}
    given = []
    monkeypatch.setattr(jupyterquiz.dynamic.display, "display", given.append)
    jupyterquiz.display_quiz([entry])
    html, script = (each.data for each in given)
    page.set_content(f"<!doctype html><body>{html}</div></body>")
    page.add_script_tag(content=script)
    (question,) = read_jupyterquiz([entry])[0].values()
    field, said = page.locator("input.Input-text"), page.locator(".Feedback")
    for answer in NUMBERS if type == "numeric" else TEXTS:
        field.fill(answer)
        field.press("Enter")
        there = "correct" in said.get_attribute("class").split()
        assert question.judge(answer).right == there, answer
