"""What to try on one neuron that starts as wrong as can be."""

import numpy as np

from mlpteach.dashboards.guides import lowest
from mlpteach.player.guide import GuidedStep, at, first_below
from mlpteach.views.panels import Show

_BOTH = "costs=mse,cross_entropy"


def updates(cost):
    """Return a text: after how many updates the output is below ½."""

    def text(show):
        first = first_below(show.series[f"{cost}.a"], 0.5)
        return str(first - 1) if first else f"more than {show.steps}"

    return text


def _late(cost):
    return lambda show: first_below(show.series[f"{cost}.a"], 0.5) or np.inf


def peak(show: Show) -> int:
    """Return the update, from 1, with the largest sensitivity by the quadratic cost."""
    return int(np.abs(show.series["mse.V"]).argmax()) + 1


_FIRST = {"quadratic cost": _late("mse"), "cross-entropy": _late("cross_entropy")}
_UPDATES = {"mse": updates("mse"), "cross_entropy": updates("cross_entropy")}

GUIDES = {
    "neuron": (
        GuidedStep(
            "**As wrong as can be.** $V^{(2)}$ at k = 1: {v_mse:.3g} by the quadratic cost, "
            "{v:.3g} by cross-entropy. Below ½ after {mse} and {cross_entropy} updates.",
            f"k=100&start=2.0_2.0&{_BOTH}",
            {
                **_UPDATES,
                "v_mse": at("mse.V", 1),
                "v": at("cross_entropy.V", 1),
                "a": at("mse.a", 1),
            },
            "**As wrong as can be:** a = {a:.3f}, wanted 0. Which cost is below ½ first?",
            tuple(_FIRST),
            lowest(_FIRST),
        ),
        GuidedStep(
            "**Where does the quadratic cost wake up?** Its $V^{(2)}$ is largest at k = {k}, where "
            "a = {a:.2f}: ⅔ by calculus, nothing on both sides.",
            f"k=216&start=2.0_2.0&{_BOTH}",
            {"k": peak, "a": lambda show: float(show.series["mse.a"][peak(show) - 1])},
        ),
        GuidedStep(
            "**A milder start,** a = {a:.3f}: {mse} updates by the quadratic cost, {cross_entropy} "
            "by cross-entropy. Off the flat part both learn.",
            f"k=30&start=0.6_0.9&{_BOTH}",
            {**_UPDATES, "a": at("mse.a", 1)},
        ),
        GuidedStep(
            "**Only a matter of η?** At η = 1: {mse} updates against {cross_entropy}. A factor "
            "moves the whole curve; none bends it straight.",
            f"k=30&start=2.0_2.0&eta=1&{_BOTH}",
            _UPDATES,
        ),
        GuidedStep(
            "**The slide's cost,** (y − a)² without ½: twice the gradient, {mse} updates.",
            f"k=100&start=2.0_2.0&quadratic=slide&{_BOTH}",
            _UPDATES,
        ),
    )
}
