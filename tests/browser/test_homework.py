"""Homework as students and graders see it: "Validate", the formgrader and the feedback page.

Ada's solution is right; Bob has eps outside the root; Cy too, and his notebook replaces `check`, so
that only a mark decided outside of his process is honest. The command grades Ada and Bob, the
formgrader's button Cy, who is late. Ada and Bob answer the written question.
"""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import nbformat
import pytest
import real_lab
from people import Person, copy_course, make_exchange, solve

pytestmark = pytest.mark.usefixtures("needs_sandbox")

PS2 = "ps2_adam"
MISTAKES = {"ada": (), "bob": ("eps_outside",), "cy": ("eps_outside",)}
MODEL = "28 / 30"
EPS_OUTSIDE = "26.5 / 30"
HINT = "eps stands outside the root."
CHEAT = "\n\ncheck = lambda *given, **more: None"  # no output: full marks in stock nbgrader


def hand_in(student, name, released):
    """Write a student's answers into the released notebook and submit it."""
    path = shutil.copytree(released, student.desk / PS2) / f"{PS2}.ipynb"
    notebook = solve(nbformat.read(path, as_version=4), PS2, *MISTAKES[name])
    cells = {cell.id: cell for cell in notebook.cells}
    if name == "cy":
        cells["first_moment"].source += CHEAT
    else:
        cells["adam_written"].source = "Too long, because V stands below the line."
    nbformat.write(notebook, path)
    student.nbgrader("submit", PS2, "--course=mlpteach", f"--student={name}")


def collect(lecturer):
    # The test submits for everybody, so the files are not owned by the students.
    lecturer.nbgrader("collect", PS2, "--ExchangeCollect.check_owner=False")


@pytest.fixture(scope="module")
def course(browser, tmp_path_factory):
    """The course after `mlpteach grade`, with one more submission collected, and its people.

    `browser` is asked for so that nothing is done where there is none.
    """
    root = tmp_path_factory.mktemp("homework")
    exchange = make_exchange(root / "exchange")
    lecturer = Person(root / "lecturer", exchange)
    students = {name: Person(root / "students" / name, exchange) for name in MISTAKES}
    released = exchange / "mlpteach" / "outbound" / PS2
    copy_course(lecturer.desk)
    lecturer.nbgrader("generate_assignment", PS2)
    lecturer.nbgrader("release_assignment", PS2)
    with ThreadPoolExecutor(2) as pool:
        submitted = [pool.submit(hand_in, students[n], n, released) for n in ("ada", "bob")]
    for done in submitted:
        done.result()
    collect(lecturer)
    with ThreadPoolExecutor(2) as pool:
        grading = pool.submit(lecturer.run, "mlpteach", "grade", PS2)
        hand_in(students["cy"], "cy", released)
    grading.result()
    collect(lecturer)
    return SimpleNamespace(lecturer=lecturer, students=students)


@pytest.fixture(scope="module")
def labs(course, browser):
    """Two JupyterLabs' addresses: the lecturer's in the course, the students' over their homes."""
    lecturer, student = course.lecturer, course.students["ada"]
    with (
        real_lab.serve(lecturer.home, lecturer.desk) as course_lab,
        real_lab.serve(student.home, student.home.parent) as students_lab,
    ):
        yield SimpleNamespace(lecturer=course_lab, students=students_lab)


@pytest.fixture
def page(page):
    """A page without the network: nbgrader's pages would wait for MathJax."""
    page.context.route(re.compile("^https:"), lambda route: route.abort())
    return page


@pytest.fixture
def formgrader(page, labs):
    """The formgrader, opened from JupyterLab's menu."""
    page.goto(f"{labs.lecturer}/lab?reset")
    page.click(".lm-MenuBar-itemLabel:text-is('Nbgrader')")
    page.click(".lm-Menu-itemLabel:text-is('Formgrader')")
    return page.frame_locator("iframe")


def validate(page, labs, name):
    """Press "Validate" in a student's notebook; return what its dialog says."""
    page.goto(f"{labs.students}/lab/tree/{name}/desk/{PS2}/{PS2}.ipynb?reset")
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', state="attached")
    page.get_by_role("button", name="Validate").click()
    return page.locator("#validation-message").inner_text()


def test_validate_passes_the_model_solution(page, labs):
    assert validate(page, labs, "ada").strip() == "Success! Your notebook passes all the tests."


def test_validate_names_the_mistake(page, labs):
    said = validate(page, labs, "bob")
    assert said.count("The following cell failed:") == said.count("check(") == 1
    assert 'check("adam_new_weights"' in said
    assert "adam_new_weights: " in said
    words = " ".join(said.split())
    assert words.count(HINT) == 1
    assert "1.5 of 3 points." in words
    assert "Partial credit" not in said


def row(table, text):
    """Return the texts of the cells in a table's row."""
    return [cell.strip() for cell in table.locator(f"tr:has-text('{text}') td").all_inner_texts()]


def submissions(formgrader):
    """Go to "Manage Submissions" of the assignment; return its table."""
    formgrader.locator(f"tr:has-text('{PS2}') .num-submissions a").click()
    formgrader.locator(".autograde a").last.wait_for()
    return formgrader.locator("#main-table")


def press(formgrader, student, button):
    """Press a button in a student's row; return what the dialog says."""
    formgrader.locator(f"tr:has(.student-id:text-is('{student}')) .{button} a").click()
    said = formgrader.locator(".modal.in .modal-body").inner_text()
    formgrader.locator(".modal.in .btn").click()
    formgrader.locator(".modal").wait_for(state="detached")
    return said


def test_formgrader_shows_the_marks_and_what_waits_for_a_person(formgrader):
    table = submissions(formgrader)
    assert row(table, "ada")[3:5] == ["needs manual grading", MODEL]
    assert row(table, "bob")[3:5] == ["needs manual grading", EPS_OUTSIDE]


def open_submission(formgrader, student):
    """Go through "Manual Grading" to a student's notebook."""
    formgrader.locator("a:text-is('Manual Grading')").click()
    for path in (PS2, f"{PS2}/{PS2}"):  # the assignment, its notebook: both have one name
        formgrader.locator(f"#main-table a[href$='/gradebook/{path}']").click()
    formgrader.locator("#main-table .name-hidden").first.wait_for()
    formgrader.locator("button:text-is('Show All Names')").click()
    assert row(formgrader.locator("#main-table"), "bob")[2:5] == [
        EPS_OUTSIDE, "26.5 / 28", "0 / 2",
    ]  # fmt: skip
    formgrader.locator(f"#main-table a:text-is('{student}')").click()
    formgrader.locator("#adam_written.needs_manual_grade").wait_for()


def test_manual_grading_shows_partial_credit_the_message_and_what_is_to_be_read(formgrader):
    open_submission(formgrader, "bob")
    scores = formgrader.locator("input.score")
    shown = dict(
        scores.evaluate_all("inputs => inputs.map(input => [input.id, input.placeholder])")
    )
    assert shown["adam_new_weights"] == "1.5"
    assert shown["adam_eps"] == "2"
    assert shown["adam_written"] == ""
    assert formgrader.locator(".needs_manual_grade").count() == 1
    page = " ".join(formgrader.locator("body").inner_text().split())
    assert page.count(HINT) == 3  # the third says that it costs no more points
    assert "because V stands below the line" in page
    assert cut_off(formgrader.locator("body")) == []


def cut_off(body):
    """Return what was printed that can be read only by scrolling aside."""
    return body.evaluate(
        """body => [...body.querySelectorAll(".output_stdout pre")]
            .filter(printed => printed.scrollWidth > printed.clientWidth)
            .map(printed => printed.textContent)"""
    )


def test_buttons_bring_the_sandboxs_mark_and_its_feedback(formgrader, course, page):
    table = submissions(formgrader)
    assert row(table, "cy")[3:5] == ["needs autograding", ""]
    assert "Successfully autograded" in press(formgrader, "cy", "autograde")
    formgrader.locator(f"tr:has-text('cy') .score:text-is('{EPS_OUTSIDE}')").wait_for()
    # Nothing was written, so nothing waits.
    assert row(table, "cy")[3:5] == ["graded", EPS_OUTSIDE]

    said = press(formgrader, "cy", "generate-feedback")
    assert "Successfully generated feedback" in said
    assert "WARNING" not in said
    path = course.lecturer.desk / "feedback" / "cy" / PS2 / f"{PS2}.html"
    page.goto(path.as_uri())
    body = page.locator("body")
    words = " ".join(body.inner_text().split())
    assert words.count(HINT) == 3  # the third says that it costs no more points
    assert "Score: 26.5 / 30.0" in words
    assert cut_off(body) == []
    html = path.read_text(encoding="utf-8")
    assert "HIDDEN" not in html
    assert "271828" not in html  # the hidden tests' seed
    assert "np.sqrt(V_hat + eps)" not in words  # the model solution's line
