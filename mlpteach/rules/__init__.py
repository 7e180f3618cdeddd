"""Every update rule, in two forms: as the slide writes it and as it was published.

``RULES`` is the table: id -> :class:`Optimizer`. One file holds one optimizer and is found by being
here. A new one is a new file, and a row of expected numbers, written by ``tests/reference/``.
"""

import importlib
import os

from mlpteach.basics.hyper import Hyper, Switch
from mlpteach.rules.record import (
    FORMS,
    RULES,
    Optimizer,
    Quantities,
    Rule,
    RuleLike,
    as_rule,
    define,
    rule,
)


def _find() -> None:
    """Import every file beside this one for its entry, and put the entries in the slides' order."""
    # Not by pkgutil, whose import takes as long as that of all rules.
    for name in sorted(os.listdir(os.path.dirname(__file__))):
        if name.endswith(".py") and not name.startswith("_"):
            importlib.import_module(f"{__name__}.{name.removesuffix('.py')}")
    ordered = sorted(RULES.values(), key=lambda optimizer: (optimizer.order, optimizer.id))
    RULES.clear()
    RULES.update((optimizer.id, optimizer) for optimizer in ordered)


_find()

__all__ = [
    "FORMS",
    "RULES",
    "Hyper",
    "Optimizer",
    "Quantities",
    "Rule",
    "RuleLike",
    "Switch",
    "as_rule",
    "define",
    "rule",
]
