"""What to try on one network with two costs."""

from mlpteach.dashboards.guides import highest
from mlpteach.player.guide import GuidedStep, at
from mlpteach.views.panels import Show

_COSTS = "first=mse&second=cross_entropy"
_LINES = {"A2": "$A^{(2)}$", "A3": "$A^{(3)}$", "V2": "$V^{(2)}$"}


def after(epochs, cost):
    """Return a number: the validation accuracy after some epochs."""
    return lambda show: at(f"{cost}.validation", min(show.steps, epochs * show.per_epoch))(show)


def first_that_differs(show: Show) -> str:
    """Return the first line of the two programs, at the first update, whose results differ."""
    differing = [text for line, text in _LINES.items() if show.series[f"{line}.difference"][0] > 0]
    return differing[0] if differing else ""


_AFTER_ONE = {"MSE": after(1, "mse"), "cross-entropy": after(1, "cross_entropy")}
_RIGHT = {
    "mse": after(1, "mse"),
    "ce": after(1, "cross_entropy"),
    "mse_last": at("mse.validation"),
    "ce_last": at("cross_entropy.validation"),
}


def _first_layer(show: Show) -> float:
    return at("V1.cross_entropy", 22)(show) / at("V1.mse", 22)(show)


GUIDES = {
    "cost_lab": (
        GuidedStep(
            "**After one epoch** {mse:.0%} of the held-out are right by MSE, {ce:.0%} by "
            "cross-entropy; in the end {mse_last:.0%} and {ce_last:.0%}.",
            f"k=45&{_COSTS}",
            _RIGHT,
            "**After one epoch.** By which cost are more of the held-out images right?",
            tuple(_AFTER_ONE),
            highest(_AFTER_ONE),
        ),
        GuidedStep(
            "**What reaches the first layer?** At k = 22 $V^{(1)}$ is {ratio:.1f} times as large "
            "by cross-entropy. Compare the maps.",
            f"k=22&images=lines&{_COSTS}",
            {"ratio": _first_layer},
        ),
        GuidedStep(
            "**Exactly which line?** At k = 1: {answer}. Same weights, same batch; what stands "
            "above it is equal, what stands below follows.",
            f"k=1&images=lines&{_COSTS}",
            {"answer": first_that_differs},
            "**Exactly which line?** Whose result differs first?",
            tuple(_LINES.values()),
            first_that_differs,
        ),
        GuidedStep(
            "**Too bold,** η = 10. In the end $V^{(2)}$ has the size {mse:.0e} by MSE; at the very "
            "same weights {ce:.3f} by cross-entropy.",
            f"k=100000&eta=10&weights=first&{_COSTS}",
            {"mse": at("V2.mse"), "ce": at("V2.cross_entropy")},
        ),
    )
}
