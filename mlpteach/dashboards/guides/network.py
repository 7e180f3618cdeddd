"""What to try on a drawn network."""

import numpy as np

from mlpteach.player.guide import GuidedStep
from mlpteach.views.panels import Show


def _epoch(place):
    """Return a number: the mean cost of the first or the last epoch; others stand between."""

    def cost(show):
        means = show.series["epoch_loss"]
        return float(means[np.isfinite(means)][place])

    return cost


_LAST = {"first": _epoch(0), "last": _epoch(-1)}


def _learned(show: Show) -> str:
    return "yes" if _LAST["last"](show) < 0.1 else "no"


GUIDES = {
    "network": (
        GuidedStep(
            "**Forwards and back.** Walk through the lines with ↓: numbers on the units, then the "
            "sensitivities, then the gradients. Click a unit, a weight, a point.",
            "k=1&line=0",
        ),
        GuidedStep(
            "**One unit** can only draw one line, which parts no xor: the mean cost is {first:.2f} "
            "in the first epoch and still {last:.2f} in the last.",
            "k=100000&data=xor&depth=1&width=1",
            _LAST,
            "**One hidden unit** for xor. Is the mean cost below 0.1 in the last epoch?",
            ("yes", "no"),
            _learned,
        ),
        GuidedStep(
            "**Eight units** draw eight lines: the mean cost falls from {first:.2f} in the first "
            "epoch to {last:.2g} in the last. Look at each unit's map.",
            "k=100000&data=xor&depth=1&width=8",
            _LAST,
            "**Eight hidden units** for xor. Is it below 0.1 now?",
            ("yes", "no"),
            _learned,
        ),
        GuidedStep(
            "**Spirals** take longer: with two layers of eight the mean cost is {first:.2f} in the "
            "first epoch, and still {last:.2f} in the last.",
            "k=100000&data=spirals&depth=2&width=8",
            _LAST,
        ),
    )
}
