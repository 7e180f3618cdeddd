"""Teach how neural networks are optimized: every number of every update, beside its formula.

Importing the package needs NumPy only; dashboards and quizzes load what they need when asked for.
"""

import importlib

from mlpteach.activations import ACTIVATIONS
from mlpteach.compare import Difference, compare, rerun
from mlpteach.counterexamples import COUNTEREXAMPLES
from mlpteach.gradient_check import gradient_check
from mlpteach.initializers import INITIALIZERS
from mlpteach.landscapes import LANDSCAPES
from mlpteach.losses import LOSSES, own_loss
from mlpteach.network import MLP
from mlpteach.rules import RULES, Quantities, rule
from mlpteach.schedules import SCHEDULES, schedule
from mlpteach.trace import Divergence, ReplayError, Step, Trace
from mlpteach.train import DivergenceWarning, InterruptionWarning, descend, train
from mlpteach.travel import Cursor

__version__ = "0.1.0"

# Modules with widgets, pictures or files, imported when first asked for.
_ON_DEMAND = ("dashboards", "datasets", "exercise", "quiz")

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
    "compare",
    "dashboards",
    "datasets",
    "descend",
    "exercise",
    "gradient_check",
    "own_loss",
    "quiz",
    "rerun",
    "rule",
    "schedule",
    "train",
]


def __getattr__(name):
    if name in _ON_DEMAND:
        return importlib.import_module(f"mlpteach.{name}")
    raise AttributeError(f"module 'mlpteach' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
