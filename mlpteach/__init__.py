"""Teach how neural networks are optimized: every number of every update, beside its formula.

Each part is loaded when it is first asked for; the engine needs NumPy only.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpteach import dashboards, exercise, player, quiz, views
    from mlpteach.rules import RULES, Quantities, rule
    from mlpteach.run.compare import Difference, Undecided, compare, rerun
    from mlpteach.run.cursor import Cursor
    from mlpteach.run.gradient_check import gradient_check
    from mlpteach.run.network import MLP
    from mlpteach.run.trace import Divergence, ReplayError, Step, Trace
    from mlpteach.run.train import DivergenceWarning, InterruptionWarning, descend, train
    from mlpteach.tables import datasets
    from mlpteach.tables.activations import ACTIVATIONS
    from mlpteach.tables.counterexamples import COUNTEREXAMPLES
    from mlpteach.tables.initializers import INITIALIZERS
    from mlpteach.tables.landscapes import LANDSCAPES
    from mlpteach.tables.losses import LOSSES, own_loss
    from mlpteach.tables.own_activation import own_activation
    from mlpteach.tables.own_cost import own_cost
    from mlpteach.tables.schedules import SCHEDULES, schedule

__version__ = "0.1.0"

# Where each name is loaded from; a module that stands for itself has no names.
_HOMES = {
    "mlpteach.dashboards": (),
    "mlpteach.exercise": (),
    "mlpteach.player": (),
    "mlpteach.quiz": (),
    "mlpteach.rules": ("RULES", "Quantities", "rule"),
    "mlpteach.run.compare": ("Difference", "Undecided", "compare", "rerun"),
    "mlpteach.run.cursor": ("Cursor",),
    "mlpteach.run.gradient_check": ("gradient_check",),
    "mlpteach.run.network": ("MLP",),
    "mlpteach.run.trace": ("Divergence", "ReplayError", "Step", "Trace"),
    "mlpteach.run.train": ("DivergenceWarning", "InterruptionWarning", "descend", "train"),
    "mlpteach.tables.activations": ("ACTIVATIONS",),
    "mlpteach.tables.counterexamples": ("COUNTEREXAMPLES",),
    "mlpteach.tables.datasets": (),
    "mlpteach.tables.initializers": ("INITIALIZERS",),
    "mlpteach.tables.landscapes": ("LANDSCAPES",),
    "mlpteach.tables.losses": ("LOSSES", "own_loss"),
    "mlpteach.tables.own_activation": ("own_activation",),
    "mlpteach.tables.own_cost": ("own_cost",),
    "mlpteach.tables.schedules": ("SCHEDULES", "schedule"),
    "mlpteach.views": (),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = {home.rpartition(".")[2]: home for home, names in _HOMES.items() if not names}

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


# Not for mypy, which would take any name for a known one.
if not TYPE_CHECKING:

    def __getattr__(name):
        if name in _MODULES:
            found = importlib.import_module(_MODULES[name])
        elif name in _HOME_OF:
            found = getattr(importlib.import_module(_HOME_OF[name]), name)
        else:
            raise AttributeError(f"module 'mlpteach' has no attribute {name!r}")
        globals()[name] = found  # asked for once only
        return found


def __dir__():
    return sorted(__all__)
