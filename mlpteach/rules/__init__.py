"""Every update rule, in two forms: as the slide writes it and as it was published.

``RULES`` is the table: id -> :class:`Optimizer`. One file holds one optimizer; a new one is a new
file, its import below, and a row of expected numbers in ``tests/rules``.
"""

from mlpteach.rules.record import (
    FORMS,
    RULES,
    Hyper,
    Optimizer,
    Quantities,
    Rule,
    Switch,
    as_rule,
    rule,
)

# Imported for their entry in RULES, in the order of the slides.
from mlpteach.rules import gd  # isort: skip
from mlpteach.rules import momentum  # isort: skip
from mlpteach.rules import nesterov  # isort: skip
from mlpteach.rules import adagrad  # isort: skip
from mlpteach.rules import rmsprop  # isort: skip
from mlpteach.rules import adadelta  # isort: skip
from mlpteach.rules import adam  # isort: skip
from mlpteach.rules import nadam  # isort: skip
from mlpteach.rules import amsgrad  # isort: skip
from mlpteach.rules import lbfgs  # isort: skip

__all__ = [
    "FORMS",
    "RULES",
    "Hyper",
    "Optimizer",
    "Quantities",
    "Rule",
    "Switch",
    "as_rule",
    "rule",
]
