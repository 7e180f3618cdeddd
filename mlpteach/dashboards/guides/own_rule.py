"""What to try on a rule of one's own."""

from mlpteach.player.guide import GuidedStep, at
from mlpteach.views.panels import Show

_BOTH = {"yours": at("yours.loss"), "reference": at("reference.loss")}


def _compared(show: Show) -> str:
    yours, reference = (number(show) for number in _BOTH.values())
    if abs(yours - reference) <= 1e-6 * abs(reference):
        return "the same"
    return "yours" if yours < reference else "the reference"


GUIDES = {
    "own_rule": (
        GuidedStep(
            "**Your rule** ends at the cost {yours:.4g}, its reference at {reference:.4g}. The "
            "first line that differs is marked.",
            "k=1",
            _BOTH,
            "**Your rule and its reference.** Which is lower in the end?",
            ("yours", "the reference", "the same"),
            _compared,
        ),
        GuidedStep("**Line by line.** Go through both with ↓; walk on with →.", "k=1&line=0"),
    )
}
