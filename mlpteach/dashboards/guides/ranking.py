"""What to try on the table of all rules over several problems."""

from mlpteach.dashboards.guides import lowest
from mlpteach.player.guide import GuidedStep
from mlpteach.views.panels import Show


def cost(rule, problem, k=None):
    """Return a number: a rule's lowest cost on a problem after k evaluations, or after all."""
    return lambda show: float(show.series[f"{rule}.cost.{problem}"][-1 if k is None else k - 1])


def rank(rule, problem):
    """Return a number: the rank of a rule on a problem in the end."""
    return lambda show: float(show.series[f"{rule}.rank.{problem}"][-1])


def _is_first(show: Show) -> str:
    return "yes" if rank("lbfgs", "noise")(show) == 1 else "no"


GUIDES = {
    "ranking": (
        GuidedStep(
            "**Nobody stays first.** Follow a line from problem to problem: it rises and falls.",
            "k=100&follow=adam",
        ),
        GuidedStep(
            "**A winner with a weakness.** In the long valley L-BFGS has rank {valley:.0f}; with "
            "noise, which misleads its memory of curvature, rank {noise:.0f}.",
            "k=100&problem=noise&follow=lbfgs",
            {"valley": rank("lbfgs", "valley"), "noise": rank("lbfgs", "noise")},
            "**L-BFGS** is first wherever the gradient is exact. Also in a valley with noise?",
            ("yes", "no"),
            _is_first,
        ),
        GuidedStep(
            "**Patience.** After 10 evaluations NAdam is at {nadam:.2g}, L-BFGS at {lbfgs:.2g}. "
            "Play to the end: who is lower there?",
            "k=10&problem=rosenbrock&follow=nadam",
            {rule: cost(rule, "rosenbrock", 10) for rule in ("nadam", "lbfgs")},
            "**Patience.** Who is lower on Rosenbrock's function after 10 evaluations?",
            ("NAdam", "L-BFGS"),
            lowest(
                {
                    "NAdam": cost("nadam", "rosenbrock", 10),
                    "L-BFGS": cost("lbfgs", "rosenbrock", 10),
                }
            ),
        ),
        GuidedStep(
            "**As published.** Momentum with a real velocity ends at {momentum:.0e} on Beale.",
            "k=100&form=paper&problem=beale&follow=momentum",
            {"momentum": cost("momentum", "beale")},
        ),
        GuidedStep(
            "**Not portable.** The table has the best step size of each rule on each problem: read "
            "a row from left to right.",
            "k=100&cells=step",
        ),
    )
}
