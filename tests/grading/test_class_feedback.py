"""`mlpteach feedback`: the pages of nbgrader's own command, for a class and only where needed."""

import base64
import re
import shutil
import struct
import subprocess
import sys
import zlib

import pytest
from bs4 import BeautifulSoup
from course import ASSIGNMENT, RIGHT_STEP, WRONG_MOMENT, answered
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from test_class_run import CONFIG, here

from mlpteach.grading import class_run
from mlpteach.grading.class_feedback import graded_students, write_feedback
from mlpteach.grading.pages.feedback_page import (
    FeedbackExporter,
    describe_pictures,
    name_rows,
    with_style,
)

LAST_LINE = re.compile(r"\n<!-- made from [0-9a-f]{64} -->\n$")


def _png():
    """Return a picture of one grey point."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\x00\x80")
    parts = chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


SHOWS = f"""
from IPython.display import HTML, Image, display
display(Image(data={_png()!r}))
display(HTML("<b onclick='x()'>5 &lt; 6</b><img src='x.png'><script>alert(1)</script>"))
print("<img src=y.png> & 'quotes' \\x1b[31mred\\x1b[0m")
1 / 0
"""


@pytest.fixture(scope="module")
def graded(make_course):
    """A course of four who are graded, with all that a page can hold."""
    course = make_course()
    (course.root / "nbgrader_config.py").write_text(CONFIG.format(here=here()))
    pasted = answered(why="Because $M^2 < \\beta_1$.\n\n![curve](attachment:p.png) <i>so</i>")
    picture = base64.b64encode(_png()).decode()
    pasted.cells[-1].attachments = {"p.png": {"image/png": picture}}
    course.hand_in("ann", pasted, **{"data.txt": b"1 2 3"})
    course.hand_in("bob", answered(moment=WRONG_MOMENT, more=[SHOWS]))
    course.hand_in("cleo", answered(step=RIGHT_STEP.replace("-", "+")))
    course.hand_in("dan", answered(why='<a href="http://b.org">x</a>'))
    course.grade()
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "course") as book:
        book.find_comment("why", ASSIGNMENT, ASSIGNMENT, "bob").manual_comment = "*Why* $M_1$?"
        book.find_grade("why", ASSIGNMENT, ASSIGNMENT, "bob").manual_score = 1.5
        book.find_grade("why", ASSIGNMENT, ASSIGNMENT, "bob").needs_manual_grade = False
        book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "cleo").late_submission_penalty = 0.5
        book.db.commit()
    return course


@pytest.fixture
def root(graded, tmp_path, monkeypatch):
    """A copy of it to work in."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(graded.root, tmp_path / "course")


def feedback(root, wanted=None, **more):
    """Write the feedback of a course; return student -> state or why not."""
    application = class_run.open_course(root)
    students = graded_students(application.coursedir, ASSIGNMENT, wanted)
    run = write_feedback(application, ASSIGNMENT, students, **more)
    return {result.student: result.reason or result.state for result in run.results}


def pages(root):
    found = sorted((root / "feedback").rglob("*.html"))
    return {path.parents[1].name: path.read_text() for path in found}


WRITTEN = dict.fromkeys(["ann", "bob", "cleo", "dan"], "written")
KEPT = dict.fromkeys(WRITTEN, "kept")


def test_the_pages_are_those_of_nbgrader(graded, root):
    graded.run("generate_feedback", ASSIGNMENT, "*", force=True)
    assert feedback(root, processes=2) == WRITTEN
    ours = pages(root)
    assert all(LAST_LINE.search(page) for page in ours.values())
    assert {name: LAST_LINE.sub("", page) for name, page in ours.items()} == {
        name: page.rstrip() for name, page in pages(graded.root).items()
    }
    assert (root / "feedback" / "ann" / ASSIGNMENT / "data.txt").read_text() == "1 2 3"
    page = root / "feedback" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert oct(page.stat().st_mode)[-3:] == "644"


def test_a_page_shows_marks_comments_and_pictures_and_hides_what_is_hidden(root):
    feedback(root)
    ann, bob, cleo, dan = pages(root).values()
    assert "why</a> (to be marked by a person, of 3.0)" in ann
    assert "<msup><mi>M</mi><mn>2</mn></msup>" in ann
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="curve">', ann)
    assert "why</a> (Score: 1.5 / 3.0)" in bob
    assert "moments (Score: 3.5 / 9.0)" in bob
    assert re.search(r"Comments:</b> <p><em>Why</em> <math", bob)
    assert "moments (Score: 3.5 / 9.0)" in cleo
    assert "Late submission penalty (Score: -0.5)" in cleo
    assert "b.org" in dan
    assert 'href="http' not in dan
    assert not any("SECRET_OF_THE_INSTRUCTOR" in page for page in (ann, bob, cleo, dan))


class NbconvertsOwn(FeedbackExporter):
    """Makes a page as nbconvert does: reads its HTML again, and remembers nothing."""

    def from_notebook_node(self, nb, resources=None, **more):
        page, resources = HTMLExporter.from_notebook_node(self, nb, resources, **more)
        return name_rows(with_style(page), resources["mlpteach_rows"]), resources


@pytest.mark.filterwarnings("ignore::bs4.MarkupResemblesLocatorWarning")
def test_a_page_reads_as_nbconverts_own(graded):
    own = {}
    for exporter in (NbconvertsOwn, FeedbackExporter):
        graded.config.GenerateFeedback.exporter_class = exporter
        graded.run("generate_feedback", ASSIGNMENT, "*", force=True)
        own[exporter] = pages(graded.root)
    graded.config.GenerateFeedback.exporter_class = FeedbackExporter
    slow, fast = own.values()
    assert list(slow) == list(fast) == list(WRITTEN)
    for student, page in slow.items():
        # Quotes and references of characters may be written differently; what they say is the same.
        read = [BeautifulSoup(text, "html.parser") for text in (page, fast[student])]
        assert str(read[0]) == str(read[1])


def test_only_what_has_changed_is_written_again(root):
    assert feedback(root) == WRITTEN
    assert feedback(root) == KEPT
    book = Gradebook(f"sqlite:///{root}/gradebook.db", "course")
    book.find_comment("why", ASSIGNMENT, ASSIGNMENT, "ann").manual_comment = "Well said."
    book.find_grade("why", ASSIGNMENT, ASSIGNMENT, "cleo").manual_score = 2.5
    book.db.commit()
    book.close()
    assert feedback(root) == KEPT | {"ann": "written", "cleo": "written"}
    assert "Well said." in pages(root)["ann"]
    page = root / "feedback" / "dan" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.write_text(page.read_text()[:-30])  # as where the command was killed
    (root / "autograded" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").chmod(0o644)
    with open(root / "autograded" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", "a") as file:
        file.write("\n\n")
    assert feedback(root, processes=1) == KEPT | {"bob": "written", "dan": "written"}
    assert feedback(root, wanted="*a*", force=True) == {"ann": "written", "dan": "written"}


def test_the_courses_settings_change_a_page(root):
    feedback(root)
    with open(root / "nbgrader_config.py", "a") as file:
        file.write("\nc.HTMLExporter.exclude_input_prompt = True\n")
    assert feedback(root) == WRITTEN


def test_who_has_no_feedback_is_told_with_the_reason(root):
    feedback(root)
    notebook = root / "autograded" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text(notebook.read_text()[:1000])
    shutil.copytree(root / "autograded" / "bob", root / "autograded" / "zoe")
    command = [sys.executable, "-m", "mlpteach.cli", "feedback", ASSIGNMENT, "--course", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 1, done.stderr
    assert "feedback of 0 written, 3 as before, 2 WITHOUT FEEDBACK" in done.stdout
    assert "ann: CannotGrade: moments.ipynb is not graded to its end" in done.stdout
    assert "zoe: CannotGrade: the gradebook holds no marks of moments.ipynb" in done.stdout
    assert list(pages(root)) == ["bob", "cleo", "dan"]  # nothing that is no longer so is left


def test_what_is_missing_is_said_before_any_work(root):
    with pytest.raises(class_run.CannotGrade, match="'xavier' is not graded: run mlpteach grade"):
        feedback(root, wanted="xavier")
    shutil.rmtree(root / "autograded")
    with pytest.raises(class_run.CannotGrade, match="nobody is graded yet: run mlpteach grade"):
        feedback(root)


@pytest.mark.parametrize(
    ("element", "described"),
    [
        ('<img src="a.png">', True),
        ("<img src=a.png />", True),
        ('<img src="alt=1 > alt" width=3\nheight=4>', True),
        ('<img data-alt="x" src="a">', True),
        ('<img src="a.png" alt="">', False),
        ('<IMG alt="x > y" src="a">', False),
        ("<image>", False),
        ("&lt;img src=a&gt;", False),
    ],
)
def test_every_picture_is_described(element, described):
    page = describe_pictures(f"<p>{element}</p>")
    wanted = "No description has been provided for this image"
    [read] = BeautifulSoup(page, "html.parser")("img") or [{}]
    assert (read.get("alt") == wanted) == described
    assert described or page == f"<p>{element}</p>"
