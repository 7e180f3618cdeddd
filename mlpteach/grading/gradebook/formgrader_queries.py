"""The formgrader's list of notebooks: nbgrader asks for each student by a question of its own."""

from sqlalchemy import event
from sqlalchemy.orm import Session, joinedload


def ask_for_students_at_once():
    """Let whoever asks for notebooks that were handed in get their students with them."""
    if not event.contains(Session, "do_orm_execute", _with_students):
        event.listen(Session, "do_orm_execute", _with_students)


def _with_students(asked):
    from nbgrader.api import SubmittedAssignment, SubmittedNotebook

    if not asked.is_select or asked.is_relationship_load or asked.is_column_load:
        return
    wanted = getattr(asked.statement, "column_descriptions", [])
    if any(each.get("expr") is SubmittedNotebook for each in wanted):
        student = joinedload(SubmittedNotebook.assignment).joinedload(SubmittedAssignment.student)
        asked.statement = asked.statement.options(student, joinedload(SubmittedNotebook.notebook))
