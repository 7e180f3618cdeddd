"""The formgrader's lists of thousands: what makes nbgrader's questions to its database slow.

To find a notebook's neighbours nbgrader asks for each student by a question of its own. Its
question for all students lets SQLite compare each with each, and PostgreSQL compiles those long
questions, which takes longer than answering them.
"""

import sys

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, joinedload

# SQLite reads students in the order of this, and then finds no reason to make an index of their
# marks; the sign says that the order is not to be had from the table.
_ORDERED, _UNORDERED = "GROUP BY student.id, student.first", "GROUP BY +student.id, student.first"


def help_the_formgrader():
    """Let all questions that nbgrader asks in this process be answered sooner."""
    if not event.contains(Session, "do_orm_execute", _with_students):
        event.listen(Session, "do_orm_execute", _with_students)
        event.listen(Engine, "before_cursor_execute", _in_no_order, retval=True)
        event.listen(Engine, "connect", _without_compiling)
    if "nbgrader.apps.api" in sys.modules:  # as in every formgrader; who only grades lists nothing
        from mlpteach.grading.gradebook.formgrader_lists import stand_in

        stand_in()


def _with_students(asked):
    """Let whoever asks for notebooks that were handed in get their students with them."""
    from nbgrader.api import SubmittedAssignment, SubmittedNotebook

    if not asked.is_select or asked.is_relationship_load or asked.is_column_load:
        return
    wanted = getattr(asked.statement, "column_descriptions", [])
    if any(each.get("expr") is SubmittedNotebook for each in wanted):
        student = joinedload(SubmittedNotebook.assignment).joinedload(SubmittedAssignment.student)
        asked.statement = asked.statement.options(student, joinedload(SubmittedNotebook.notebook))


def _in_no_order(connection, cursor, statement, parameters, context, many):
    if connection.dialect.name == "sqlite":
        statement = statement.replace(_ORDERED, _UNORDERED)
    return statement, parameters


def _without_compiling(connection, record):
    if type(connection).__module__.startswith("psycopg"):
        before, connection.autocommit = connection.autocommit, True  # or it ends with a rollback
        connection.cursor().execute(
            "SELECT set_config('jit', 'off', false) FROM pg_settings WHERE name = 'jit'"
        )
        connection.autocommit = before
