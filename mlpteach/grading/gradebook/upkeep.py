"""Keep a gradebook of thousands quick: what nbgrader itself does not ask a database for.

nbgrader declares no index for looking up what belongs to a notebook, and a database that has not
counted its rows plans nbgrader's long questions so that they take minutes: PostgreSQL counts small
tables, such as that of cells, only when it is told to.
"""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from traitlets.log import get_logger

_LOOKED_UP = {
    "grade": "notebook_id",
    "comment": "notebook_id",
    "submitted_notebook": "assignment_id",
    "submitted_assignment": "student_id",
    "base_cell": "notebook_id",
}


class Upkeep:
    """Of one gradebook, while somebody writes into it.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    """

    def __init__(self, gradebook):
        self._gradebook = gradebook
        self._written, self._counted = 0, 0
        self._tell(
            f"CREATE INDEX IF NOT EXISTS mlpteach_{table}_{column} ON {table} ({column})"
            for table, column in _LOOKED_UP.items()
        )

    def wrote(self, count):
        """Note that so many submissions were written; others read meanwhile."""
        self._written += count
        if self._written >= 2 * self._counted:
            self._count()

    def end(self):
        """Let the database count what is new since."""
        if self._written > self._counted:
            self._count()

    def _count(self):
        self._counted = self._written
        self._tell(["ANALYZE"])

    def _tell(self, statements):
        """Tell the database; where this is not ours to say it is only slower."""
        db = self._gradebook.db
        try:
            for statement in statements:
                db.execute(text(statement))
            db.commit()
        except SQLAlchemyError as error:
            db.rollback()
            get_logger().debug("%s", error)
