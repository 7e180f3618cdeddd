"""What to try on the line that misleads Adam."""

from mlpteach.dashboards.guides import lowest
from mlpteach.player.guide import GuidedStep, at

_THIRD = "example=every_third"
_RARE = "example=every_101st"
_ENDS = {"adam": at("adam.x"), "amsgrad": at("amsgrad.x")}
_NAMED = {"Adam": _ENDS["adam"], "AMSGrad": _ENDS["amsgrad"]}
_DIVISORS = {
    "first": at("adam.divisor", 1),
    "second": at("adam.divisor", 2),
    "third": at("adam.divisor", 3),
    "kept": at("amsgrad.divisor", 3),
}


def _end_of_adam(show):
    return "−1, the best place" if _ENDS["adam"](show) < 0 else "+1, the worst"


GUIDES = {
    "every_third": (
        GuidedStep(
            "**Three updates.** Adam divides the steep slope by {first:.3f}, then the gentle ones "
            "by {second:.3f} and {third:.3f}; AMSGrad still by {kept:.3f}.",
            f"k=1&{_THIRD}",
            _DIVISORS,
        ),
        GuidedStep(
            "**The whole run.** Adam ends at x = {adam:.3f}, AMSGrad at {amsgrad:.2f}. Average "
            "regret: {regret:.3f} and {less:.3f}.",
            f"k=100000&{_THIRD}",
            {**_ENDS, "regret": at("adam.regret"), "less": at("amsgrad.regret")},
            "**The whole run.** Where does Adam end?",
            ("−1, the best place", "+1, the worst"),
            _end_of_adam,
        ),
        GuidedStep(
            "**Let Adam remember.** At β₂ = 0.7 it ends at {adam:.2f}: forgetting is what goes "
            "wrong.",
            f"k=100000&{_THIRD}&every_third.beta2=0.7",
            _ENDS,
        ),
        GuidedStep(
            "**A steeper slope,** C = 20, and β₂ = 0.1 again: now even the forgetful Adam ends at "
            "{adam:.2f}.",
            f"k=100000&{_THIRD}&every_third.C=20&every_third.beta2=0.1",
            _ENDS,
            "**A steeper slope,** C = 20, and β₂ = 0.1 again. Where does Adam end now?",
            ("−1, the best place", "+1, the worst"),
            _end_of_adam,
        ),
    ),
    "every_101st": (
        GuidedStep(
            "**Rare and steep,** 10,000 updates: Adam is at {adam:.3f}, AMSGrad at {amsgrad:.3f}.",
            f"k=100000&{_RARE}&updates=10000",
            _ENDS,
            "**Rare and steep.** Who is nearer to the best place, −1, after 10,000 updates?",
            tuple(_NAMED),
            lowest(_NAMED),
        ),
        GuidedStep(
            "**Ten times as many updates:** Adam {adam:.3f}, AMSGrad {amsgrad:.3f}.",
            f"k=100000&{_RARE}&updates=100000",
            _ENDS,
        ),
        GuidedStep(
            "**At random,** with the same mean: Adam {adam:.3f}, AMSGrad {amsgrad:.3f} after "
            "10,000 updates.",
            "k=100000&example=at_random&updates=10000",
            _ENDS,
        ),
        GuidedStep(
            "**A safe rule is not a fast one.** AMSGrad never forgets the one largest gradient. "
            "Compare the steps in the table.",
            f"k=100000&{_RARE}&updates=10000",
        ),
    ),
}
