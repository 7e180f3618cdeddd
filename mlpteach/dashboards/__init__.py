"""Dashboards: each is one line in a notebook."""

from mlpteach.dashboards.adam import adam
from mlpteach.dashboards.player import Player

__all__ = ["Player", "adam"]
