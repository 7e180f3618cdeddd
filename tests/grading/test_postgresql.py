"""The gradebook may be a PostgreSQL server: here a real one, started for this test."""

import os

from course import ASSIGNMENT, WRONG_MOMENT, answered

from mlpteach.grading import class_run


def test_a_class_is_graded_into_postgresql(postgresql, make_course):
    from nbgrader.api import Gradebook

    course = make_course(db_url=postgresql)
    for number in range(6):
        course.hand_in(f"right{number}", answered())
    course.hand_in("wrong", answered(moment=WRONG_MOMENT))
    (course.root / "nbgrader_config.py").write_text(
        "from mlpteach.grading.settings import configure\nconfigure(get_config())\n"
    )
    here = os.getcwd()
    try:
        application = class_run.open_course(course.root)
        application.update_config(course.config)
        application.coursedir.update_config(course.config)
        students = class_run.students_of(application.coursedir, ASSIGNMENT)
        with class_run.start_sandbox() as started:
            sandbox = class_run.settle_sandbox(application, started)
            run = class_run.grade_class(application, ASSIGNMENT, students, sandbox, graders=2)
    finally:
        os.chdir(here)
    assert {result.state for result in run.results} == {"graded"}, run.results
    assert not (course.root / "gradebook.db").exists()
    with Gradebook(postgresql, "course") as book:
        marks = {s.student_id: s.score for s in book.assignment_submissions(ASSIGNMENT)}
    assert marks == {f"right{n}": 6.0 for n in range(6)} | {"wrong": 2.0}
