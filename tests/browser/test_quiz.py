"""Each type of question answered in real Chromium, and the answers kept in a real JupyterLab.

The last test does it all in JupyterLab; the others use the page of ``shown_question.py``.
"""

import html
import shutil

import nbformat
import pytest
import real_lab

import mlpteach as mt
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.answers import in_file
from mlpteach.quiz.question_files.read import as_question
from mlpteach.quiz.session import Session
from mlpteach.quiz.text.markup import to_html

from .conftest import open_and_run
from .shown_question import Shown


@pytest.fixture
def show(page, tmp_path):
    made = []

    def show(id, seed=0, **more):
        session = Session(QUESTIONS[id], seed, answers=in_file(tmp_path), **more)
        made.append(Shown(page, session))
        return made[-1]

    yield show
    assert [shown.errors for shown in made] == [[] for _ in made]


ONE_OF_EACH = [
    "only_the_last_sensitivity", "where_nesterov_looks", "lines_that_change",
    "adams_corrected_first_moment", "sensitivity_under_cross_entropy", "lines_of_adam",
    "which_of_adams_quantities", "adam_without_its_two_extras",
]  # fmt: skip


def letters(asked):
    wrong = next(letter for letter in asked.choices if letter not in asked.right)
    return asked.right, wrong


def give(page, asked, answer):
    """Give an answer by hand: choose, type, or put in order."""
    if page.locator(".field").count():
        page.fill(".field", answer)
    elif page.locator(".line").count():
        for place, key in enumerate(answer.split(", ")):
            page.focus(f".line[data-key={key}]")
            while page.locator(".line").nth(place).get_attribute("data-key") != key:
                page.keyboard.press("Alt+ArrowUp")
    else:
        for box in page.locator("input").all():
            if box.get_attribute("type") == "radio":
                continue
            box.set_checked(box.get_attribute("value") in answer.split(", "))
        if asked.question.type != "multiple":
            page.check(f"input[value={answer}]")
    if page.locator(".check").count():
        page.click(".check")


def wrong_answer(asked):
    """Return an answer that is understood and wrong."""
    if asked.question.type == "true_false":
        return {"true": "false", "false": "true"}[asked.solution]
    if asked.question.type == "ordering":
        return ", ".join(reversed(asked.solution.split(", ")))
    if asked.lettered:
        return next(letter for letter in asked.lettered if letter not in asked.right)
    return "77"


# Whether the explanation is that of a text in HTML.
SAYS = """html => {
  const expected = Object.assign(document.createElement("div"), { innerHTML: html });
  return document.querySelector(".verdict span").textContent === expected.textContent;
}"""


# Take the time from when something is sent to when something is said.
STOPWATCH = """() => {
  const verdict = document.querySelector(".verdict");
  verdict.hidden = true;
  window.asked = window.told = undefined;
  new MutationObserver(() => { if (!verdict.hidden) window.told ??= performance.now(); })
    .observe(verdict, { attributes: true });
}"""


def shown_order(page):
    """Return what stands on the page to choose from or to put in order: keys and words."""
    nodes = page.locator(".choice, .line").all()
    inside = "node => (node.dataset.key ?? node.querySelector('input').value)"
    return [(n.evaluate(inside), n.locator("span").last.inner_text()) for n in nodes]


@pytest.mark.parametrize("id", ONE_OF_EACH)
def test_nothing_hangs_on_the_order_of_names(page, browser, tmp_path, id):
    """Every name of the state is sorted on its way, as in a notebook's file."""
    session = Session(QUESTIONS[id], "ada", answers=in_file(tmp_path), lecturer=True)
    question, asked = Shown(page, session), session.asked
    order = ["true", "false"] if asked.question.type == "true_false" else list(asked.lettered)
    before = shown_order(page)
    assert [key for key, _ in before] == order
    for answer in (wrong_answer(asked), asked.solution):
        give(page, asked, answer)
        judged = asked.judge(answer)
        question.verdict(str(judged.right).lower())
        page.wait_for_function(SAYS, arg=to_html(judged.message))
    page.click(".reveal")
    page.wait_for_selector(".revealed:visible")
    # Opened again from what the notebook's file has kept, and nobody answers.
    again = real_lab.new_page(browser)
    saved = Shown(again, session, answers=lambda message: [])
    saved.verdict("true")
    for part in (".verdict", ".revealed", "legend"):
        assert again.inner_text(part) == page.inner_text(part)
    assert dict(shown_order(again)) == dict(before)
    chosen = "[...document.querySelectorAll(':checked, .field')].map(node => node.value).join(', ')"
    if not again.locator(".line").count():
        assert again.evaluate(chosen) == asked.solution
    else:
        assert ", ".join(key for key, _ in shown_order(again)) == asked.solution
    assert question.errors == saved.errors == []
    again.context.close()


@pytest.mark.parametrize("id", ONE_OF_EACH)
def test_without_python_an_answer_is_told_that_nobody_judges_it(page, tmp_path, id):
    session = Session(QUESTIONS[id], answers=in_file(tmp_path), lecturer=True)
    question = Shown(page, session, answers=lambda message: [])
    for press in (
        lambda: give(page, session.asked, wrong_answer(session.asked)),
        lambda: page.click(".reveal"),
    ):
        page.evaluate(STOPWATCH)
        press()
        page.wait_for_selector(".verdict:visible")
        assert page.inner_text(".verdict").startswith("No answer.\nPython does not answer")
        assert page.evaluate("told - asked") < 3000  # milliseconds
    assert question.errors == []


def test_a_late_answer_counts_and_what_was_typed_stands(page, tmp_path):
    session = Session(QUESTIONS["adams_corrected_first_moment"], answers=in_file(tmp_path))
    held = []

    def busy(message):
        if message["type"] == "answer" and not held:
            held.append(message)
            return []
        return session.receive(message)

    question = Shown(page, session, answers=busy)
    page.fill(".field", "0.5")
    page.press(".field", "Enter")
    question.verdict("none")
    assert page.input_value(".field") == "0.5"
    question.tell(session.receive(held[0]))
    question.verdict("false")
    assert question.errors == []


def test_a_model_that_cannot_send_says_so_at_once(page, tmp_path):
    session = Session(QUESTIONS["only_the_last_sensitivity"], answers=in_file(tmp_path))
    question = Shown(page, session, sends=False)
    page.check("input[value=true]")
    page.wait_for_selector(".verdict:visible")
    assert "No answer." in question.verdict("none")
    assert question.errors == []


IMAGE = "<img src='x' onerror='document.title=1'/>"


@pytest.mark.parametrize(
    "written",
    [
        rf"$\tag{{{IMAGE}}}$", rf"$\text{{{IMAGE}}}$", rf"$\mbox{{{html.escape(IMAGE)}}}$", IMAGE,
        r"$\href{javascript:document.title=1}{x}$", f"`{IMAGE}`", f"[[{IMAGE}]] *{IMAGE}*",
    ],
)  # fmt: skip
def test_a_question_of_somebody_else_runs_nothing(page, tmp_path, written):
    words = {"slide": "s", "goal": "g", "text": written, "if_true": written, "if_false": written}
    question = as_question("q", {"type": "true_false", "answer": True, **words})
    shown = Shown(page, Session(question, answers=in_file(tmp_path), lecturer=True))
    page.check("input[value=true]")
    shown.verdict("true")
    page.click(".reveal")
    page.wait_for_selector(".revealed:visible")
    assert page.locator("img, a, [href], [onerror]").count() == 0
    assert page.title() == ""


def test_true_or_false(show):
    question = show("only_the_last_sensitivity")
    question.page.locator("label:has-text('False')").click()
    assert "look for" in question.verdict("false")
    question.page.locator("label:has-text('True')").click()
    assert "Right." in question.verdict("true")


def test_single_choice_by_keyboard_alone(show):
    question = show("where_nesterov_looks")
    (right,), wrong = letters(question.session.asked)
    page = question.page
    page.keyboard.press("Tab")
    order = list(question.session.asked.choices)
    for _ in range(order.index(wrong)):
        page.keyboard.press("ArrowDown")
    assert question.session.state["answer"] == ""  # walking is not answering
    page.keyboard.press("Space")
    question.verdict("false")
    assert question.session.state["answer"] == wrong
    for _ in range((order.index(right) - order.index(wrong)) % len(order)):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    question.verdict("true")
    assert question.session.state["answer"] == right


@pytest.mark.parametrize("modifier", ["Control", "Meta"])
@pytest.mark.parametrize(
    ("id", "place", "key"),
    [
        ("where_nesterov_looks", "input", "Enter"),
        ("where_nesterov_looks", "input", "ArrowDown"),
        ("adams_corrected_first_moment", ".field", "Enter"),
        ("order_of_a_momentum_update", ".line", "ArrowDown"),
    ],
)
def test_keys_of_the_notebook_answer_nothing_and_lead_nowhere(show, modifier, id, place, key):
    question = show(id)
    there = question.page.locator(place).first
    if place == ".field":
        there.fill("0.5")
    there.press(f"{modifier}+{key}")
    assert there.evaluate("(node) => document.activeElement === node")
    question.page.wait_for_timeout(100)
    assert question.session.state["answer"] == ""


def test_multiple_choice(show):
    question = show("lines_that_change")
    right, wrong = letters(question.session.asked)
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
    page, asked = question.page, question.session.asked
    field = page.locator(".field")
    field.fill(f"{asked.numbers['M']:.8f}".replace(".", ","))
    field.press("Enter")
    assert "not corrected" in question.verdict("false")
    field.fill(asked.solution)
    page.click(".check")
    question.verdict("true")
    page.click(".again")
    page.wait_for_function("document.querySelector('.field').value === ''")
    assert question.session.asked.numbers != asked.numbers
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
    for place, key in enumerate(question.session.asked.solution.split(", ")):
        page.focus(f".line[data-key={key}]")
        while page.locator(".line").nth(place).get_attribute("data-key") != key:
            page.keyboard.press("Alt+ArrowUp")
    page.click(".check")
    question.verdict("true")


def test_which_quantity(show):
    question = show("which_of_adams_quantities")
    (right,), wrong = letters(question.session.asked)
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
    session = Session(QUESTIONS["adams_step"], 0, answers=in_file(tmp_path))
    question = Shown(page, session, dark=dark)
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
    question = QUESTIONS["adams_step"]
    session = Session(question, 0, dashboard, answers=in_file(tmp_path), lecturer=True)
    shown = Shown(page, session)
    assert "About update 1 of the dashboard" in page.locator(".hint").inner_text()
    dashboard.position = {"k": 4}
    page.fill(".field", "1")
    page.click(".check")
    shown.verdict("false")
    assert "has moved on" in page.inner_text(".note")
    page.click("button:has-text('Numbers from the dashboard')")
    page.wait_for_function("document.querySelector('.hint').innerText.includes('update 4 of')")
    assert page.locator(".note").is_hidden()


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
        kept = [entry["notebook"] for entry in in_file(folder).entries()]
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


def test_keys_with_ctrl_go_to_the_notebook_and_others_do_not(browser, lab, folder):
    cells = ['import mlpteach as mt; mt.quiz.ask("where_nesterov_looks", keep=False)']
    write_notebook(folder / "quiz.ipynb", [*cells, 'mt.quiz.ask("adams_step", keep=False)'])
    try:
        with opened(browser, lab) as page:
            cells = page.locator(".jp-Notebook-cell").count()
            for part in ("input[type=radio]", ".field"):
                page.locator(part).first.focus()
                page.keyboard.press("b")  # "insert a cell below", were it for the notebook
                with page.expect_response(lambda r: "quiz.ipynb/checkpoints" in r.url):
                    page.keyboard.press("Control+s")  # the last thing that saving does
                page.wait_for_timeout(300)
            page.keyboard.press("Control+Shift+c")
            page.locator(".jp-ModalCommandPalette, #modal-command-palette").wait_for()
            assert page.locator(".jp-Notebook-cell").count() == cells
            assert page.locator(".field").input_value() == "b"
    finally:
        forget(folder)


def test_after_the_kernel_has_died_an_answer_says_so(browser, lab, folder):
    cells = ['import mlpteach as mt; mt.quiz.ask("where_nesterov_looks", keep=False)']
    write_notebook(folder / "quiz.ipynb", [*cells, 'mt.quiz.ask("adams_step", keep=False)'])
    try:
        with opened(browser, lab) as page:
            page.locator("input[type=radio]").first.check()
            page.locator(".verdict:visible").wait_for()
            stop_kernels(page, lab)
            page.wait_for_timeout(1000)
            page.locator("input[type=radio]").last.check()
            page.locator(".field").fill("0.5")
            page.locator(".field").press("Enter")
            silent = page.locator(".verdict:visible", has_text="Python does not answer")
            silent.first.wait_for()
            silent.nth(1).wait_for()
            assert page.locator(".field").input_value() == "0.5"
    finally:
        forget(folder)


def stop_kernels(page, lab):
    token = next((c["value"] for c in page.context.cookies() if c["name"] == "_xsrf"), "")
    for kernel in page.request.get(f"{lab}/api/sessions").json():
        address = f"{lab}/api/sessions/{kernel['id']}"
        page.request.delete(address, headers={"X-XSRFToken": token})


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
        stop_kernels(self.page, self.lab)
        self.context.close()
