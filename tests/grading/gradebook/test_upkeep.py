"""A gradebook of thousands stays quick, in SQLite and PostgreSQL, whoever made it."""

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event, inspect, text
from traitlets.config import Config

from mlpteach.grading.gradebook.record import Marks, record_batch
from mlpteach.grading.gradebook.upkeep import Upkeep
from mlpteach.grading.settings import configure


@pytest.fixture(params=["sqlite", "postgresql"])
def gradebook(request, tmp_path):
    url = f"sqlite:///{tmp_path}/gradebook.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    with Gradebook(url, "course") as book:
        book.update_or_create_assignment("upkeep")
        book.update_or_create_notebook("upkeep", "upkeep")
        book.update_or_create_grade_cell("a", "upkeep", "upkeep", max_score=1, cell_type="code")
        yield book
        book.remove_assignment("upkeep")


def statements(gradebook):
    """Return a list that fills with what is asked of a gradebook."""
    asked = []
    event.listen(gradebook.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    return asked


def test_what_belongs_together_is_found_by_an_index(gradebook):
    for _ in range(2):  # the second finds them there
        Upkeep(gradebook)
    tables = inspect(gradebook.engine)
    for table in ("grade", "comment"):
        named = [i["column_names"] for i in tables.get_indexes(table)]
        assert named.count(["notebook_id"]) == 1


def test_rows_are_counted_whenever_they_have_doubled(gradebook):
    upkeep = Upkeep(gradebook)
    asked = statements(gradebook)
    for _ in range(10):
        upkeep.wrote(100)
    assert asked.count("ANALYZE") == 4  # at 100, 200, 400, 800
    upkeep.end()
    upkeep.end()
    assert asked.count("ANALYZE") == 5


@pytest.mark.parametrize("gradebook", ["postgresql"], indirect=True)
def test_where_it_is_not_ours_marks_are_written_all_the_same(gradebook):
    db = gradebook.db
    db.execute(text("DROP INDEX IF EXISTS mlpteach_grade_notebook_id"))
    db.execute(text("DROP ROLE IF EXISTS assistant"))
    db.execute(text("CREATE ROLE assistant LOGIN"))
    db.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO assistant"))
    db.commit()
    url = gradebook.engine.url.set(username="assistant")
    with Gradebook(url.render_as_string(), "course") as theirs:
        upkeep = Upkeep(theirs)
        record_batch(theirs, "upkeep", [Marks("ann", {"upkeep": {"a": 1.0}})])
        upkeep.wrote(1)
        upkeep.end()
    assert gradebook.find_submission("upkeep", "ann").score == 1.0
    db.rollback()
    db.execute(text("DROP OWNED BY assistant"))
    db.execute(text("DROP ROLE assistant"))
    db.commit()


def test_the_formgraders_list_takes_as_many_questions_for_many_as_for_few(gradebook):
    configure(Config())
    counted = []
    for count in (2, 20):
        everybody = [Marks(f"student{k}", {"upkeep": {"a": 1.0}}) for k in range(count)]
        record_batch(gradebook, "upkeep", everybody)
        gradebook.db.expire_all()
        asked = statements(gradebook)
        found = gradebook.notebook_submissions("upkeep", "upkeep")
        assert {(each.student.id, each.name) for each in found} == {
            (marks.student, "upkeep") for marks in everybody
        }
        counted.append(len(asked))
    assert counted[0] == counted[1]


def steps_for_students(url, count):
    """Return how many steps SQLite takes to list `count` students with their marks."""
    with Gradebook(url, "course") as book:
        everybody = [Marks(f"student{k}", {"upkeep": {"a": 1.0}}) for k in range(count)]
        record_batch(book, "upkeep", everybody)
        steps = []
        connection = book.db.connection().connection.driver_connection
        connection.set_progress_handler(lambda: steps.append(1), 100)
        listed = book.student_dicts()
        connection.set_progress_handler(None, 0)
    assert [each["score"] for each in listed] == [1.0] * count
    return len(steps)


@pytest.mark.parametrize("gradebook", ["sqlite"], indirect=True)
def test_the_formgraders_students_take_twice_the_steps_for_twice_as_many(gradebook):
    configure(Config())
    few, many = (steps_for_students(str(gradebook.engine.url), count) for count in (200, 400))
    assert many < 2.5 * few  # four times where each is compared with each


@pytest.mark.parametrize("gradebook", ["postgresql"], indirect=True)
def test_postgresql_is_kept_from_compiling_also_after_a_rollback(gradebook):
    configure(Config())
    with Gradebook(gradebook.engine.url.render_as_string(), "course") as book:
        for _ in range(2):
            assert book.db.execute(text("SHOW jit")).scalar() == "off"
            book.db.rollback()
            book.db.remove()
