"""Questions and dashboards outside of JupyterLab: in Notebook 7 and in Voila.

Each type is answered; the answers are there when the notebook is opened again.
"""

from contextlib import contextmanager

import pytest
import real_lab

from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.answers import FILE

from .conftest import open_and_run

# id -> verdict on what answer_all gives
ASKED = {
    "only_the_last_sensitivity": "false",
    "where_nesterov_looks": "true",
    "lines_that_change": "true",
    "adams_corrected_first_moment": "true",
    "sensitivity_under_cross_entropy": "none",
    "order_of_a_momentum_update": "false",
    "which_of_adams_quantities": "true",
}
NO_FORMULA = "__import__('os') — 🙂"
SEED = "Ada"


@pytest.fixture
def course(tmp_path):
    """Folder with a notebook of a question of each type and a dashboard."""
    folder = tmp_path / "course"
    folder.mkdir()
    questions = (f"mt.quiz.ask({id!r}, seed={SEED!r})" for id in ASKED)
    cells = ["import mlpteach as mt", *questions, "mt.dashboards.momentum()"]
    real_lab.write_notebook(folder / "quiz.ipynb", *cells)
    return folder


@pytest.fixture
def notebook7(course, browser):
    with real_lab.serve(course.parent, course, "notebook") as address:
        yield address


@pytest.fixture
def voila(course, browser):
    with real_lab.serve(course.parent, course, "voila") as address:
        yield address


def all_shown(page):
    page.wait_for_function(
        f"document.querySelectorAll('.mlp-question').length === {len(ASKED)}"
        " && document.querySelector('.mlp canvas') !== null"
    )
    return dict(zip(ASKED, page.locator(".mlp-question").all(), strict=True))


def answer_all(questions):
    solution = {id: QUESTIONS[id].ask(SEED).solution for id in ASKED}
    for id, question in questions.items():
        page = question.page
        if id == "only_the_last_sensitivity":
            question.locator("label:has-text('False')").click()
        elif question.locator(".field").count():
            text = NO_FORMULA if ASKED[id] == "none" else solution[id].replace(".", ",")
            question.locator(".field").fill(text)
            page.keyboard.press("Enter")
        elif question.locator(".line").count():
            question.locator(".line").first.focus()
            page.keyboard.press("Alt+ArrowDown")
            question.locator(".check").click()
        elif id == "where_nesterov_looks":
            keys_reach_the_question(question, solution[id])
        else:
            for letter in solution[id].split(", "):
                question.locator(f"input[value={letter}]").check()
            if question.locator(".check").count():
                question.locator(".check").click()
        question.locator(f".verdict[data-right={ASKED[id]}]").wait_for()


def keys_reach_the_question(question, right):
    """Choose by arrow keys, which a notebook in command mode wants for its cells."""
    question.locator("input").first.focus()
    for _ in range("abcd".index(right)):
        question.page.keyboard.press("ArrowDown")
    question.page.keyboard.press("Space")


def answers(questions):
    """Return what stands in each question and what is said of it, also if scrolled away."""
    found = {}
    for id, question in questions.items():
        question.locator(f".verdict[data-right={ASKED[id]}]:not([hidden])").wait_for(
            state="attached"
        )
        given = question.evaluate(
            "q => [...q.querySelectorAll(':checked, .field')].map(i => i.value)"
            ".concat([...q.querySelectorAll('.line')].map(l => l.dataset.key))"
        )
        assert given
        found[id] = (given, question.locator(".verdict").text_content())
    return found


def dashboard_answers(page):
    """Step on the page and move a slider, which asks the kernel for another history."""
    page.click(".mlp [data-action='forward one update']")
    assert page.inner_text(".mlp [data-shown=k]") == "2"
    before = page.inner_text(".mlp .table")
    slider = page.locator(".mlp input[type=range]").first
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('.mlp .table').innerText !== before", arg=before
    )


@contextmanager
def reader(browser):
    """A page of a reader of one's own, and what goes wrong on it in this package's code."""
    page, errors = real_lab.new_page(browser), []
    page.on("pageerror", lambda error: errors.append(error.stack))
    yield page
    assert not [stack for stack in errors if stack and "blob:" in stack]
    page.context.close()


def stop_kernels(page, address):
    """End the kernels: what comes back afterwards was kept elsewhere."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    for session in page.request.get(f"{address}/api/sessions").json():
        page.request.delete(
            f"{address}/api/sessions/{session['id']}",
            headers={"X-XSRFToken": cookies.get("_xsrf", "")},
        )


def test_notebook_7_keeps_the_answers_when_saved_and_opened_again(browser, notebook7, course):
    with reader(browser) as page:
        open_and_run(page, notebook7, "quiz.ipynb", "notebooks")
        questions = all_shown(page)
        answer_all(questions)
        given = answers(questions)
        dashboard_answers(page)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1000)
        stop_kernels(page, notebook7)
    assert (course / FILE).exists()
    with reader(browser) as page:
        open_and_run(page, notebook7, "quiz.ipynb", "notebooks")
        assert answers(all_shown(page)) == given
        stop_kernels(page, notebook7)


def test_voila_keeps_each_readers_answers_in_the_readers_browser(browser, voila, course):
    address = f"{voila}/voila/render/quiz.ipynb"
    with reader(browser) as page:
        page.goto(address)
        questions = all_shown(page)
        answer_all(questions)
        given = answers(questions)
        dashboard_answers(page)
        page.reload()
        assert answers(all_shown(page)) == given
    with reader(browser) as page:  # somebody else
        page.goto(address)
        all_shown(page)
        page.wait_for_timeout(1000)
        assert page.locator(".verdict:visible").count() == 0
    assert not (course / FILE).exists()


def test_voila_brings_back_the_numbers_that_were_asked_for_anew(browser, voila):
    with reader(browser) as page:
        page.goto(f"{voila}/voila/render/quiz.ipynb")
        question = all_shown(page)["adams_corrected_first_moment"]
        first = question.locator("legend").inner_text()
        question.locator(".again").click()
        page.wait_for_function(
            "([legend, first]) => legend.innerText !== first",
            arg=[question.locator("legend").element_handle(), first],
        )
        second = question.locator("legend").inner_text()
        question.locator(".field").fill("1/3")
        page.keyboard.press("Enter")
        question.locator(".verdict:visible").wait_for()
        page.reload()
        question = all_shown(page)["adams_corrected_first_moment"]
        question.locator(".verdict:visible").wait_for()
        assert question.locator("legend").inner_text() == second
        assert question.locator(".field").input_value() == "1/3"
