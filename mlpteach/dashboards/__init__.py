"""Dashboards: each is one line in a notebook."""

from mlpteach.dashboards.activations import activations
from mlpteach.dashboards.adam import adam
from mlpteach.dashboards.cost_lab import cost_lab
from mlpteach.dashboards.derivatives import derivatives
from mlpteach.dashboards.neuron import neuron
from mlpteach.dashboards.optimizer import optimizer
from mlpteach.dashboards.own_rule import own_rule
from mlpteach.dashboards.player import Player
from mlpteach.dashboards.race import race
from mlpteach.dashboards.ranking import ranking
from mlpteach.dashboards.reddi import reddi

__all__ = [
    "Player",
    "activations",
    "adam",
    "cost_lab",
    "derivatives",
    "neuron",
    "optimizer",
    "own_rule",
    "race",
    "ranking",
    "reddi",
]
