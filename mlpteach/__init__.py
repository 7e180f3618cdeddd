"""Teach how neural networks are optimized: every number of every update, beside its formula.

Importing the package needs NumPy only; dashboards and quizzes load what they need when asked for.
"""

import importlib

from mlpteach.rules import RULES, Quantities, rule
from mlpteach.run.compare import Difference, Undecided, compare, rerun
from mlpteach.run.cursor import Cursor
from mlpteach.run.gradient_check import gradient_check
from mlpteach.run.network import MLP
from mlpteach.run.trace import Divergence, ReplayError, Step, Trace
from mlpteach.run.train import DivergenceWarning, InterruptionWarning, descend, train
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.counterexamples import COUNTEREXAMPLES
from mlpteach.tables.initializers import INITIALIZERS
from mlpteach.tables.landscapes import LANDSCAPES
from mlpteach.tables.losses import LOSSES, own_loss
from mlpteach.tables.own_activation import own_activation
from mlpteach.tables.own_cost import own_cost
from mlpteach.tables.schedules import SCHEDULES, schedule

__version__ = "0.1.0"

# Modules with widgets, pictures or files, imported when first asked for.
_ON_DEMAND = {
    "dashboards": "mlpteach.dashboards",
    "datasets": "mlpteach.tables.datasets",
    "exercise": "mlpteach.exercise",
    "player": "mlpteach.player",
    "quiz": "mlpteach.quiz",
    "views": "mlpteach.views",
}

__all__ = [
    "ACTIVATIONS",
    "COUNTEREXAMPLES",
    "INITIALIZERS",
    "LANDSCAPES",
    "LOSSES",
    "MLP",
    "RULES",
    "SCHEDULES",
    "Cursor",
    "Difference",
    "Divergence",
    "DivergenceWarning",
    "InterruptionWarning",
    "Quantities",
    "ReplayError",
    "Step",
    "Trace",
    "Undecided",
    "compare",
    "dashboards",
    "datasets",
    "descend",
    "exercise",
    "gradient_check",
    "own_activation",
    "own_cost",
    "own_loss",
    "player",
    "quiz",
    "rerun",
    "rule",
    "schedule",
    "train",
    "views",
]


def __getattr__(name):
    if name in _ON_DEMAND:
        return importlib.import_module(_ON_DEMAND[name])
    raise AttributeError(f"module 'mlpteach' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
