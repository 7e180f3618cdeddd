"""Each type of question answered in real Chromium, and the answers kept in a real JupyterLab.

The last test does it all in JupyterLab; the others use the page of ``shown_question.py``.
"""

import shutil

import nbformat
import pytest

import mlpteach as mt
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.answers import Answers
from mlpteach.quiz.widget import QuestionWidget

from .conftest import open_and_run
from .shown_question import Shown


@pytest.fixture
def show(page, tmp_path):
    made = []

    def show(id, seed=0, **more):
        widget = QuestionWidget(QUESTIONS[id], seed, answers=Answers(tmp_path), **more)
        made.append(Shown(page, widget))
        return made[-1]

    yield show
    assert [shown.errors for shown in made] == [[] for _ in made]


def letters(asked):
    wrong = next(letter for letter in asked.choices if letter not in asked.right)
    return asked.right, wrong


def test_true_or_false(show):
    question = show("only_the_last_sensitivity")
    question.page.locator("label:has-text('False')").click()
    assert "look for" in question.verdict("false")
    question.page.locator("label:has-text('True')").click()
    assert "Right." in question.verdict("true")


def test_single_choice_by_keyboard_alone(show):
    question = show("where_nesterov_looks")
    (right,), wrong = letters(question.widget.asked)
    page = question.page
    page.keyboard.press("Tab")
    order = list(question.widget.asked.choices)
    for _ in range(order.index(wrong)):
        page.keyboard.press("ArrowDown")
    assert question.widget.answer == ""  # walking is not answering
    page.keyboard.press("Space")
    question.verdict("false")
    assert question.widget.answer == wrong
    for _ in range((order.index(right) - order.index(wrong)) % len(order)):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    question.verdict("true")
    assert question.widget.answer == right


def test_multiple_choice(show):
    question = show("lines_that_change")
    right, wrong = letters(question.widget.asked)
    page = question.page
    for letter in (*right, wrong):
        page.check(f"input[value={letter}]")
    page.click(".check")
    assert "Partly." in question.verdict("false")
    page.uncheck(f"input[value={wrong}]")
    page.click(".check")
    question.verdict("true")


def test_number_with_a_comma_and_a_known_mistake(show):
    question = show("adams_corrected_first_moment")
    page, asked = question.page, question.widget.asked
    field = page.locator(".field")
    field.fill(f"{asked.numbers['M']:.8f}".replace(".", ","))
    field.press("Enter")
    assert "not corrected" in question.verdict("false")
    field.fill(asked.solution)
    page.click(".check")
    question.verdict("true")
    page.click(".again")
    page.wait_for_function("document.querySelector('.field').value === ''")
    assert question.widget.asked.numbers != asked.numbers
    assert page.locator(".verdict").is_hidden()


def test_formula_in_latex_and_what_is_no_formula(show):
    question = show("sensitivity_under_cross_entropy")
    field = question.page.locator(".field")
    field.fill("__import__('os').system('id')")
    field.press("Enter")
    assert "Not judged." in question.verdict("none")
    assert field.input_value() == "__import__('os').system('id')"
    field.fill("Y - A^{(3)}")
    field.press("Enter")
    assert "sign" in question.verdict("false")
    field.fill(r"-\left(Y - A^{(3)}\right)")
    field.press("Enter")
    question.verdict("true")


def test_words(show):
    question = show("adam_without_its_two_extras")
    field = question.page.locator(".field")
    field.fill("adagrad")
    field.press("Enter")
    assert "forgets none" in question.verdict("false")
    field.fill("RMS prop")
    field.press("Enter")
    question.verdict("true")


def test_ordering_by_keyboard(show):
    question = show("order_of_a_momentum_update")
    page = question.page
    page.click(".check")
    question.verdict("false")
    for place, key in enumerate(question.widget.asked.solution.split(", ")):
        page.focus(f".line[data-key={key}]")
        while page.locator(".line").nth(place).get_attribute("data-key") != key:
            page.keyboard.press("Alt+ArrowUp")
    page.click(".check")
    question.verdict("true")


def test_which_quantity(show):
    question = show("which_of_adams_quantities")
    (right,), wrong = letters(question.widget.asked)
    picture = question.page.locator("figure img")
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert "heat map" in picture.get_attribute("alt")
    question.page.check(f"input[value={wrong}]")
    question.verdict("false")
    question.page.check(f"input[value={right}]")
    question.verdict("true")


def test_lecturer_reveals(show):
    question = show("adams_first_step", lecturer=True)
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert question.page.locator(".mlp-question").evaluate(size) >= 22
    assert question.page.locator(".revealed").is_hidden()
    question.page.click(".reveal")
    question.page.wait_for_selector(".revealed:visible")
    assert "only the sign is left" in question.page.locator(".revealed").inner_text()


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_the_page(page, tmp_path, dark):
    widget = QuestionWidget(QUESTIONS["adams_step"], 0, answers=Answers(tmp_path))
    question = Shown(page, widget, dark=dark)
    page.fill(".field", "1")
    page.click(".check")
    question.verdict("false")
    ink = page.locator(".verdict span").evaluate("e => getComputedStyle(e).color")
    light = sum(map(int, ink.removeprefix("rgb(").removesuffix(")").split(","))) > 380
    assert light == dark


def write_notebook(path, cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def forget(folder):
    shutil.rmtree(folder / ".ipynb_checkpoints", ignore_errors=True)
    for name in ("quiz.ipynb", "mlpteach-answers.jsonl"):
        (folder / name).unlink(missing_ok=True)


def test_the_note_that_a_dashboard_has_moved_on(page, tmp_path):
    dashboard = mt.dashboards.adam(epochs=1)
    question = QuestionWidget(
        QUESTIONS["adams_step"], 0, dashboard, answers=Answers(tmp_path), lecturer=True
    )
    shown = Shown(page, question)
    assert "About update 1 of the dashboard" in page.locator(".hint").inner_text()
    dashboard.position = {"k": 4}
    page.fill(".field", "1")
    page.click(".check")
    shown.verdict("false")
    assert "has moved on" in question.note
    page.click("button:has-text('Numbers from the dashboard')")
    page.wait_for_function("document.querySelector('.hint').innerText.includes('update 4 of')")
    assert question.note == ""


def test_answer_is_there_when_the_notebook_is_opened_again(browser, lab, folder):
    """Answered, saved, closed; another kernel on another page shows it with its explanation."""
    cells = [
        "import mlpteach as mt",
        'mt.quiz.ask("only_the_last_sensitivity")',
        'mt.quiz.ask("gain_of_a_velocity", seed="Ada")',
    ]
    write_notebook(folder / "quiz.ipynb", cells)
    solution = QUESTIONS["gain_of_a_velocity"].ask("Ada").solution
    try:
        with opened(browser, lab) as page:
            first, second = page.locator(".mlp-question").all()
            first.locator("label:has-text('False')").click()
            first.locator(".verdict[data-right=false]").wait_for()
            second.locator(".field").fill(solution)
            second.locator(".field").press("Enter")
            second.locator(".verdict[data-right=true]").wait_for()
            page.keyboard.press("Control+s")
            page.wait_for_timeout(1000)
        # The folder is shared: other tests answer questions of the lectures.
        kept = [entry["notebook"] for entry in Answers(folder).entries()]
        assert kept.count("quiz.ipynb") == 2
        with opened(browser, lab) as page:
            first, second = page.locator(".mlp-question").all()
            first.locator(".verdict[data-right=false]").wait_for()
            assert first.locator("input[value=false]").is_checked()
            second.locator(".verdict[data-right=true]").wait_for()
            assert second.locator(".field").input_value() == solution
    finally:
        forget(folder)


def test_a_question_for_the_projector_stands_beside_a_dashboard(browser, lab, folder):
    cells = [
        "import ipywidgets, mlpteach as mt",
        'question = mt.quiz.ask("nielsens_neuron", lecturer=True, keep=False)',
        "ipywidgets.HBox([question, mt.dashboards.neuron()])",
        'mt.quiz.ask("adams_first_step", keep=False)',
    ]
    write_notebook(folder / "quiz.ipynb", cells)
    try:
        with opened(browser, lab) as page:
            page.locator(".mlp canvas").first.wait_for()
            question = page.locator(".mlp-question").first.bounding_box()
            dashboard = page.locator(".mlp").bounding_box()
            assert question["width"] > 300
            assert dashboard["width"] > 500
            assert question["x"] + question["width"] <= dashboard["x"] < 1366 - dashboard["width"]
    finally:
        forget(folder)


class opened:
    """The notebook, run, on a page of its own; its kernel ends with it."""

    def __init__(self, browser, lab):
        self.context = browser.new_context(viewport={"width": 1366, "height": 768})
        self.context.set_default_timeout(120_000)
        self.lab = lab

    def __enter__(self):
        self.page = self.context.new_page()
        open_and_run(self.page, self.lab, "quiz.ipynb")
        self.page.wait_for_function("document.querySelectorAll('.mlp-question').length === 2")
        return self.page

    def __exit__(self, *error):
        for kernel in self.page.request.get(f"{self.lab}/api/sessions").json():
            xsrf = self.context.cookies()
            token = next((c["value"] for c in xsrf if c["name"] == "_xsrf"), "")
            self.page.request.delete(
                f"{self.lab}/api/sessions/{kernel['id']}", headers={"X-XSRFToken": token}
            )
        self.context.close()
