"""What the panels of a dashboard show of a trace. Nothing is computed here that the trace has."""

from mlpteach.views.figure import figure
from mlpteach.views.optimizer import optimizer_fields, optimizer_frames, optimizer_panels
from mlpteach.views.panels import CurvePanel, HeatPanel

__all__ = [
    "CurvePanel",
    "HeatPanel",
    "figure",
    "optimizer_fields",
    "optimizer_frames",
    "optimizer_panels",
]
