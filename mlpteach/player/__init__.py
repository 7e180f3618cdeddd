"""From a Show to the page that draws, steps and plays it, and back.

A dashboard of one's own is a :class:`Player`: a function from control values to a
:class:`~mlpteach.views.Show`, and the controls. Where there are no widgets, such as in a page's
worker, the name stands for the plain :class:`Core`, which is used in the same way.
"""

from mlpteach.player.controls import Choice, Point, Several, Slider, Toggle
from mlpteach.player.core import Core
from mlpteach.player.guide import GuidedStep

try:
    from mlpteach.player.widget import Player
except ModuleNotFoundError as missing:
    if (missing.name or "").startswith("mlpteach"):
        raise
    Player = Core  # type: ignore[assignment, misc]

__all__ = ["Choice", "Core", "GuidedStep", "Player", "Point", "Several", "Slider", "Toggle"]
