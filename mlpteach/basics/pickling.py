"""Pickling and copies of the tables' entries, and of what holds a reader's own function."""

import importlib
import pickle
import sys
from collections.abc import Iterable
from functools import partial
from types import FrameType
from typing import Any


def place_in_table(record: Any) -> tuple[str, str, str] | None:
    """Return (module, table, id) of an entry of a table beside its class, else None.

    An entry is kept as its place, so that a copy of it is the entry itself.
    """
    module = sys.modules[type(record).__module__]
    for name, table in vars(module).items():
        is_table = isinstance(table, dict) and name.isupper()
        if is_table and table.get(record.id) is record:
            return module.__name__, name, record.id
    return None


def table_entry(module: str, table: str, id: str) -> Any:
    """Return the entry of a table at its :func:`place_in_table`."""
    entries = getattr(importlib.import_module(module), table)
    if id not in entries:
        raise pickle.UnpicklingError(
            f"{table} has no entry {id!r} here: enter it first, as where this was pickled."
        )
    return entries[id]


def check_picklable(values: Iterable[object]) -> None:
    """Raise PicklingError in words where one of these is a function that pickle can't find again.

    For ``__getstate__``, which copies call as well, and picklers that take functions along
    (cloudpickle, and joblib through it): those need no name to find a function by.
    """
    frame: FrameType | None = sys._getframe()
    while frame and frame.f_globals.get("__name__", "").startswith("mlpteach."):
        frame = frame.f_back
    caller = frame.f_globals.get("__name__", "") if frame else ""
    if caller == "copy" or "cloudpickle" in caller or caller.startswith("dill"):
        return
    for value in filter(callable, values):
        try:
            pickle.dumps(value)
        except Exception as error:
            raise pickle.PicklingError(
                f"{_name(value)} can't be pickled: pickle keeps a function's name only, and finds "
                f"this one under none ({error}). Write it with def at the top level of a module "
                "or a notebook, not as a lambda or inside another function; or use cloudpickle, "
                "as joblib does, which takes functions along."
            ) from error


def _name(value):
    """Return the name of a reader's function, also where it is wrapped."""
    if isinstance(value, partial):
        return _name(next(filter(callable, value.args), value.func))
    return getattr(value, "__name__", None) or getattr(value, "name", type(value).__name__)
