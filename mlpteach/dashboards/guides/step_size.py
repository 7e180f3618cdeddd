"""What to try on step sizes that cool or adapt."""

import numpy as np

from mlpteach.dashboards.guides import highest, lowest
from mlpteach.player.guide import GuidedStep, at
from mlpteach.views.panels import Show

_ALL = "schedules=constant,cooling,exponential,staircase,adaptive"


def shrinks(show: Show) -> str:
    """Return the first update, from 1, at which the adaptive step shrinks, or "never"."""
    shrinks = np.flatnonzero(np.isfinite(show.series["adaptive.shrinks"]))
    return str(shrinks[0] + 1) if len(shrinks) else "never"


_IN_THE_END = {"constant": at("constant.J"), "adaptive": at("adaptive.J")}
_ETAS = {name: at(f"{name}.eta") for name in ("cooling", "exponential", "staircase")}

GUIDES = {
    "step_size": (
        GuidedStep(
            "**Play,** and look at the step size. The adaptive one first shrinks at update "
            "{shrinks}. Last epoch's mean cost: adaptive {adaptive:.2f}, constant {constant:.2f}.",
            f"k=100000&on=data&{_ALL}",
            {
                "shrinks": shrinks,
                "adaptive": at("adaptive.mean"),
                "constant": at("constant.mean"),
            },
        ),
        GuidedStep(
            "**Which one grows?** η to the power 1 + d k: with η = 5 it has grown to "
            "{exponential:.1f}. It is right for η < 1 only.",
            f"k=100000&on=data&data.eta=5&{_ALL}",
            _ETAS,
            "**One of them grows** at η = 5. Which?",
            tuple(_ETAS),
            highest(_ETAS),
        ),
        GuidedStep(
            "**Too cold.** With ε = 0.1 cooling dies before the work is done: {cooling:.1f} in the "
            "last epoch; the constant step {constant:.2f}.",
            f"k=100000&on=data&tune=cooling&cooling.eps=0.1&{_ALL}",
            {"cooling": at("cooling.mean"), "constant": at("constant.mean")},
        ),
        GuidedStep(
            "**In a long valley** η = 0.025 is too long: a constant step ends at {constant:.0e}. "
            "The adaptive one first shrinks at update {shrinks} and ends at {adaptive:.1g}.",
            f"k=100000&on=valley&valley.eta=0.025&{_ALL}",
            {"shrinks": shrinks, **_IN_THE_END},
            "**In a long valley** η = 0.025 is too long. Who ends lower?",
            ("constant", "adaptive"),
            lowest(_IN_THE_END),
        ),
        GuidedStep(
            "**It never grows back.** Halved at update {shrinks}, the adaptive step ends at "
            "{adaptive:.1f}; the constant one at {constant:.1f}.",
            f"k=100000&on=rosenbrock&{_ALL}",
            {"shrinks": shrinks, **_IN_THE_END},
            "**On Rosenbrock's function.** Who ends lower now?",
            ("constant", "adaptive"),
            lowest(_IN_THE_END),
        ),
    )
}
