"""The course goes through nbgrader's real commands, in a copy, with homes of their own."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import nbformat
import pytest
from people import Person, copy_course, make_exchange

from mlpteach.exercise.problem_sets import PROBLEM_SETS

pytestmark = pytest.mark.usefixtures("needs_sandbox")

CHECKED = {
    id: sum(check.points for check in checks.values()) for id, checks in PROBLEM_SETS.items()
}
POINTS = {id: checked + 2 for id, checked in CHECKED.items()}

# The known mistakes in what every student hands in (None: as released), and the mark that must then
# stand in the gradebook. Nobody answers the written questions, worth 2 points each.
HANDED_IN = {
    "model": dict.fromkeys(POINTS, ()),
    "untouched": {"ps2_adam": None, "ps3_optimizers": None},
    "forgetful": {"ps1_cross_entropy": ("mse_kept",), "ps2_adam": ("no_bias_correction",)},
    "careless": {
        "ps2_adam": ("eps_outside",),
        "ps3_optimizers": ("two_tap_momentum", "accumulators_exchanged"),
        "ps4_initialization": ("fan_in_and_fan_out_exchanged", "glorot_transposed"),
    },
}
MARKS = {
    "model": CHECKED,
    "untouched": {"ps2_adam": 0, "ps3_optimizers": 0},
    "forgetful": {
        "ps1_cross_entropy": 18 - 3 - 3 - 1.5,
        "ps2_adam": 23,  # a slip is paid once, where it is made
    },
    "careless": {
        "ps2_adam": 28 - 1.5,
        "ps3_optimizers": pytest.approx(23 - 11 / 3, abs=1e-6),  # points by quantity
        "ps4_initialization": 18 - 3.75 - 2.5,
    },
}


def files_with_times(folder):
    """Return every file under a folder with its time of change, to see whether one was touched."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def do_homework(student, name, solve):
    """Fetch assignments, work on them as the student of that name does, and submit them."""
    student.nbgrader("fetch_assignment", *HANDED_IN[name], "--course=mlpteach")
    for assignment, mistakes in HANDED_IN[name].items():
        path = student.desk / assignment / f"{assignment}.ipynb"
        if mistakes is not None:
            nbformat.write(solve(nbformat.read(path, as_version=4), assignment, *mistakes), path)
        student.nbgrader("submit", assignment, "--course=mlpteach", f"--student={name}")


def release(lecturer):
    for assignment in POINTS:
        lecturer.nbgrader("generate_assignment", assignment)
        lecturer.nbgrader("release_assignment", assignment)


def grade(lecturer):
    for assignment in POINTS:
        # The test submits for everybody, so the files are not owned by the students.
        lecturer.nbgrader("collect", assignment, "--ExchangeCollect.check_owner=False")
        lecturer.nbgrader("autograde", assignment)
        lecturer.nbgrader("generate_feedback", assignment)
        lecturer.nbgrader("release_feedback", assignment)
    lecturer.nbgrader("export", "--to=grades.csv")


@pytest.fixture(scope="module")
def after_round(course, solve, tmp_path_factory):
    """One whole round of all assignments; everything happens in a temporary directory."""
    root = tmp_path_factory.mktemp("round")
    exchange = make_exchange(root / "exchange")
    before = files_with_times(course)
    lecturer = Person(root / "lecturer", exchange)
    copy_course(lecturer.desk)
    release(lecturer)
    students = {name: Person(root / name, exchange) for name in HANDED_IN}
    # Every command takes seconds to start: two students work at the same time.
    with ThreadPoolExecutor(2) as pool:
        homework = [pool.submit(do_homework, students[name], name, solve) for name in students]
    for done in homework:
        done.result()
    grade(lecturer)
    return SimpleNamespace(
        course=lecturer.desk, exchange=exchange, students=students, repository_before=before
    )


def released_cells(after_round, assignment):
    """Return the cells a student gets, by their id."""
    path = after_round.exchange / "mlpteach" / "outbound" / assignment / f"{assignment}.ipynb"
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def split_at_marks(source, kind):
    """Return the lines of a cell inside and outside its marked region, if it has one."""
    parts = re.split(rf"^ *### (?:BEGIN|END) {kind}\n?", source, flags=re.MULTILINE)
    before, inside, after = parts if len(parts) == 3 else (source, "", "")
    return inside.splitlines(), (before + after).splitlines()


def test_gradebook_has_exactly_the_marks_written_down(after_round):
    with open(after_round.course / "grades.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["timestamp"]]
    marks = {name: {} for name in MARKS}
    for row in rows:
        marks[row["student_id"]][row["assignment"]] = float(row["score"])
    assert marks == MARKS
    assert {row["assignment"]: float(row["max_score"]) for row in rows} == POINTS


@pytest.mark.parametrize(
    ("assignment", "kind", "regions"),
    [
        ("ps1_cross_entropy", "SOLUTION", 4),
        ("ps1_cross_entropy", "HIDDEN TESTS", 7),
        ("ps2_adam", "SOLUTION", 7),
        ("ps2_adam", "HIDDEN TESTS", 11),
        ("ps3_optimizers", "SOLUTION", 6),
        ("ps3_optimizers", "HIDDEN TESTS", 6),
        ("ps4_initialization", "SOLUTION", 4),
        ("ps4_initialization", "HIDDEN TESTS", 5),
    ],
)
def test_released_notebook_has_neither_solution_nor_hidden_tests(
    assignment, kind, regions, after_round, read_source
):
    released = released_cells(after_round, assignment)
    found = 0
    for cell in read_source(assignment).cells:
        inside, outside = split_at_marks(cell.source, kind)
        found += bool(inside)
        assert not (set(inside) - set(outside)) & set(released[cell.id].splitlines())
    assert found == regions
    assert kind not in "".join(released.values())


@pytest.mark.parametrize(
    ("assignment", "functions"),
    [("ps1_cross_entropy", 4), ("ps2_adam", 7), ("ps3_optimizers", 6), ("ps4_initialization", 4)],
)
def test_released_solution_cells_wait_to_be_filled_in(assignment, functions, after_round):
    released = released_cells(after_round, assignment)
    end = "    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert sum(source.endswith(end) for source in released.values()) == functions
    [written] = [released[id] for id in released.keys() - {"question_written"} if "_written" in id]
    assert written == "YOUR ANSWER HERE"


@pytest.mark.parametrize("student", MARKS)
def test_feedback_shows_the_student_the_mark(student, after_round):
    for assignment, mark in MARKS[student].items():
        folder = after_round.course / "feedback" / student / assignment
        page = (folder / f"{assignment}.html").read_text(encoding="utf-8")
        known = re.search(rf"{assignment} \(Score: ([\d.]+) / ([\d.]+)\)", page)
        assert known is not None
        assert float(known[1]) == pytest.approx(getattr(mark, "expected", mark), abs=0.01)
        assert float(known[2]) == POINTS[assignment]


def test_feedback_comes_back_through_the_exchange(after_round):
    student = after_round.students["careless"]
    student.nbgrader("fetch_feedback", "ps2_adam", "--course=mlpteach", "--student=careless")
    [page] = student.desk.glob("ps2_adam/feedback/*/ps2_adam.html")
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert "eps stands outside the root" in text
    assert "Right." in text  # what was right is said too


def test_the_repository_is_left_as_it_was(after_round, course):
    assert files_with_times(course) == after_round.repository_before
