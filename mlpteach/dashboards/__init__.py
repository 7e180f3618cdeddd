"""Dashboards: each is one line in a notebook."""

from mlpteach.dashboards.adam import adam
from mlpteach.dashboards.cost_lab import cost_lab
from mlpteach.dashboards.neuron import neuron
from mlpteach.dashboards.optimizer import optimizer
from mlpteach.dashboards.own_rule import own_rule
from mlpteach.dashboards.player import Player
from mlpteach.dashboards.ranking import ranking
from mlpteach.dashboards.reddi import reddi

__all__ = ["Player", "adam", "cost_lab", "neuron", "optimizer", "own_rule", "ranking", "reddi"]
