"""The bank in the real jupyterquiz: shown by it, answered in Chromium and judged by its scripts."""

import json

import jupyterquiz.dynamic.display
import pytest

from mlpteach.quiz import QUESTIONS, export


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
