"""A gradebook that somebody else is writing to: wait, for SQLite gives up after five seconds."""

import sqlite3

from sqlalchemy import event
from sqlalchemy.engine import Engine

SECONDS = 120


def wait_for_gradebook():
    """Let every connection of this process to an SQLite gradebook wait until it is free."""
    if not event.contains(Engine, "connect", _be_patient):
        event.listen(Engine, "connect", _be_patient)


def _be_patient(connection, record):
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {SECONDS * 1000}").close()
