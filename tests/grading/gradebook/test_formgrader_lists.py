"""The formgrader's lists say what nbgrader's own functions say, for a part of the work."""

import shutil
from datetime import datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from mlpteach.grading.gradebook.record import Marks, record_batch
from mlpteach.grading.settings import configure

NOTEBOOKS = ("first", "second")
CELLS = {"test": 1.5, "more": 0.0, "written": None, "task": None}
TIME = datetime(2026, 11, 2, 10, 30)
# A person's marks: student, cell -> what is set.
BY_HAND = {
    ("ada", "written"): {"manual_score": 2.5, "needs_manual_grade": False},
    ("ada", "task"): {"manual_score": 4.0, "extra_credit": 0.5, "needs_manual_grade": False},
    ("bob", "test"): {"extra_credit": 1.25},
    ("cy", "more"): {"auto_score": 1.0},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def course(request, tmp_path):
    """A course in a folder; everybody's marks differ, and Dan and Eve wait for theirs."""
    url = f"sqlite:///{tmp_path}/gradebook.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    config = Config()
    configure(config)
    config.CourseDirectory.root, config.CourseDirectory.db_url = str(tmp_path), url
    with Gradebook(url, "course") as book:
        for assignment in ("homework", "other"):
            make_assignment(book, assignment)
        yield NbGraderAPI(CourseDirectory(config=config), config=config), book, tmp_path
        for assignment in ("homework", "other"):
            book.remove_assignment(assignment)
        for student in list(book.students):
            book.remove_student(student.id)


def make_assignment(book, assignment):
    book.add_assignment(assignment)
    for notebook in NOTEBOOKS:
        place = (notebook, assignment)
        book.add_notebook(*place)
        book.add_grade_cell("test", *place, max_score=2, cell_type="code")
        book.add_grade_cell("more", *place, max_score=1, cell_type="code")
        book.add_grade_cell("written", *place, max_score=3, cell_type="markdown")
        book.add_solution_cell("written", *place)
        book.add_task_cell("task", *place, max_score=5, cell_type="markdown")
    book.add_notebook("of no points", assignment)
    book.add_task_cell("odd", "of no points", assignment, max_score=1, cell_type="code")
    everybody = [Marks(name, dict.fromkeys(NOTEBOOKS, CELLS), timestamp=TIME) for name in ("ada",)]
    everybody += [Marks(name, {"first": CELLS}, timestamp=TIME) for name in ("bob", "dan")]
    everybody += [Marks("cy", {n: {"test": 2.0, "more": 1.0, "written": 0.0} for n in NOTEBOOKS})]
    record_batch(book, assignment, everybody)


def hand_in(book, folder):
    """Put files where nbgrader looks, and a person's marks into the gradebook."""
    for student in ("ada", "bob", "cy", "dan", "eve"):
        submitted, graded = (folder / d / student / "homework" for d in ("submitted", "autograded"))
        for where in (submitted, graded):
            where.mkdir(parents=True)
            (where / "first.ipynb").touch()
        if student != "cy":
            (submitted / "timestamp.txt").write_text("2026-11-02 10:30:00 UTC")
    # Dan has handed in again, and Eve only now.
    (folder / "submitted/dan/homework/timestamp.txt").write_text("2026-11-03 08:00:00 UTC")
    shutil.rmtree(folder / "autograded" / "eve")
    for (student, cell), given in BY_HAND.items():
        grade = book.find_grade(cell, "first", "homework", student)
        for name, value in given.items():
            setattr(grade, name, value)
    book.find_submission_notebook("first", "homework", "bob").flagged = True
    book.update_or_create_student("dan", first_name="Dan", last_name="Ott")
    book.update_or_create_student("ada", first_name="Ada", last_name="Lee")
    book.db.commit()


def stock(kind, name):
    """Return nbgrader's own function."""
    return getattr(kind, name).__wrapped__


def by_id(listed):
    return sorted(listed, key=lambda each: each["id"])


def test_the_gradebooks_rows_are_nbgraders_own(course):
    _, book, folder = course
    hand_in(book, folder)
    for name, places in {
        "submission_dicts": [("homework",), ("other",), ("nothing",)],
        "notebook_submission_dicts": [
            (notebook, "homework") for notebook in (*NOTEBOOKS, "of no points", "nothing")
        ],
    }.items():
        for place in places:
            ours = by_id(getattr(book, name)(*place))
            assert ours == by_id(stock(Gradebook, name)(book, *place))
            assert len(ours) == (0 if place[0] in ("nothing", "of no points") else 4)
    ada, bob = (
        next(each for each in book.submission_dicts("homework") if each["student"] == student)
        for student in ("ada", "bob")
    )
    # By hand: 1.5 + 2.5 + (4 + 0.5) in the first notebook, 1.5 in the second.
    assert (ada["score"], ada["max_score"], ada["task_score"]) == (10.0, 22.0, 4.5)
    assert (bob["code_score"], bob["needs_manual_grade"]) == (2.75, True)


def test_the_pages_lists_are_nbgraders_own(course, monkeypatch):
    api, book, folder = course
    hand_in(book, folder)
    ours = api.get_submissions("homework"), api.get_notebook_submissions("homework", "first")
    indices = api.get_notebook_submission_indices("homework", "first")
    for kind, names in {
        Gradebook: ("submission_dicts", "notebook_submission_dicts"),
        NbGraderAPI: ("get_submissions", "get_notebook_submission_indices"),
    }.items():
        for name in names:
            monkeypatch.setattr(kind, name, stock(kind, name))
    assert ours[0] == api.get_submissions("homework")
    assert ours[1] == api.get_notebook_submissions("homework", "first")
    assert indices == api.get_notebook_submission_indices("homework", "first")
    assert [(each["student"], each["autograded"]) for each in ours[0]] == [
        *(("ada", True), ("bob", True), ("cy", True), ("dan", False), ("eve", False)),
    ]
    assert ours[0][3]["last_name"] == "Ott"
    assert {each["student"] for each in ours[1]} == {"ada", "bob", "cy", "dan"}


def steps(book, ask):
    """Return how many steps SQLite takes to answer."""
    counted = []
    connection = book.db.connection().connection.driver_connection
    connection.set_progress_handler(lambda: counted.append(1), 100)
    assert len(ask()) == 200
    connection.set_progress_handler(None, 0)
    return len(counted)


@pytest.mark.parametrize("course", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "place"),
    [("submission_dicts", ["homework"]), ("notebook_submission_dicts", ["first", "homework"])],
)
def test_a_list_takes_less_than_half_of_nbgraders_steps(course, name, place):
    _, book, _ = course
    everybody = [Marks(f"student{k}", {"first": CELLS}) for k in range(196)]
    record_batch(book, "homework", everybody)
    ours = steps(book, lambda: getattr(book, name)(*place))
    theirs = steps(book, lambda: stock(Gradebook, name)(book, *place))
    assert ours < theirs / 2
