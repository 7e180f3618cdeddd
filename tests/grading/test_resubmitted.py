"""A submission counts as graded while what was handed in, and its marks, are still the same."""

import contextlib
import errno
import fcntl
import shutil

import pytest
from course import ASSIGNMENT, WRONG_MOMENT, answered
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from mlpteach.grading.course import finished
from mlpteach.grading.course.finished import being_graded, remove_unfinished


@pytest.fixture
def course(make_course):
    made = make_course()
    made.hand_in("ann", answered(moment=WRONG_MOMENT))
    made.hand_in("bob", answered())
    made.grade()
    return made


def no_longer_graded(course):
    return remove_unfinished(CourseDirectory(config=course.config), ASSIGNMENT)


def test_what_stays_the_same_stays_graded(course):
    assert no_longer_graded(course) == []


def test_a_new_notebook_without_a_timestamp_is_graded(course):
    course.hand_in("ann", answered())
    course.grade(force=False)
    assert course.marks("ann")["moment_test"] == 4
    assert no_longer_graded(course) == []


def test_another_file_beside_the_same_notebook_is_a_new_submission(course):
    course.hand_in("bob", None, **{"helper.py": b"x = 1"})
    assert no_longer_graded(course) == ["bob"]


def test_who_has_no_marks_in_the_gradebook_is_graded_again(course):
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "course") as book:
        book.remove_student("bob")
    course.grade(force=False)
    assert course.marks("bob")["moment_test"] == 4
    assert no_longer_graded(course) == []


def test_what_another_grader_gives_up_meanwhile_is_nobodys_to_remove(course, monkeypatch):
    """Between a look at the folders and a turn at one of them, its grader may have failed."""

    @contextlib.contextmanager
    def being_graded_until_now(submitted):
        shutil.rmtree(course.root / "autograded" / submitted.parent.name)
        yield True

    course.hand_in("ann", answered())
    monkeypatch.setattr(finished, "being_graded", being_graded_until_now)
    assert no_longer_graded(course) == []


@pytest.mark.parametrize(
    ("error", "free"),
    [
        (OSError(errno.ENOLCK, "No locks available"), True),
        (OSError(errno.EOPNOTSUPP, "not supported"), True),
        (BlockingIOError(errno.EWOULDBLOCK, "taken"), False),
    ],
)
def test_a_file_system_without_locks_stops_nobody(error, free, tmp_path, monkeypatch):
    def refuse(fd, how):
        raise error

    monkeypatch.setattr(fcntl, "flock", refuse)
    with being_graded(tmp_path) as nobody_else:
        assert nobody_else == free
