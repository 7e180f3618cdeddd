"""Dashboards: each is one line in a notebook."""

from mlpteach.dashboards.activations import activations
from mlpteach.dashboards.adam import adam
from mlpteach.dashboards.batches import batches
from mlpteach.dashboards.cost_lab import cost_lab
from mlpteach.dashboards.derivatives import derivatives
from mlpteach.dashboards.four_ways import four_ways
from mlpteach.dashboards.momentum import momentum
from mlpteach.dashboards.network import network
from mlpteach.dashboards.neuron import neuron
from mlpteach.dashboards.optimizer import optimizer
from mlpteach.dashboards.own_rule import own_rule
from mlpteach.dashboards.race import race
from mlpteach.dashboards.ranking import ranking
from mlpteach.dashboards.reddi import reddi
from mlpteach.dashboards.step_size import step_size
from mlpteach.dashboards.surface import surface
from mlpteach.player import Player

__all__ = [
    "Player",
    "activations",
    "adam",
    "batches",
    "cost_lab",
    "derivatives",
    "four_ways",
    "momentum",
    "network",
    "neuron",
    "optimizer",
    "own_rule",
    "race",
    "ranking",
    "reddi",
    "step_size",
    "surface",
]
