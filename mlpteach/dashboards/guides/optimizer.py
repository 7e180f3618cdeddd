"""What to try on a rule as the slide writes it, beside the rule as it was published."""

from itertools import pairwise

import numpy as np

from mlpteach.dashboards.guides import lowest
from mlpteach.player.guide import GuidedStep
from mlpteach.views.panels import Show

# Far above what rounding makes of equal numbers.
_APART = 1e-6


def parts_at(show: Show) -> int:
    """Return the update, from 1, at which both forms' steps first differ; 0 where they never do."""
    for k, steps in enumerate(zip(*show.traces.values(), strict=True), start=1):
        for one, other in pairwise(step.rho.flat for step in steps):
            if np.abs(one - other).max() > _APART * np.abs(one).max():
                return k
    return 0


def first_step(form):
    """Return a number: the median size of a form's first steps, by η."""

    def number(show):
        trace = show.traces[form]
        return float(np.median(np.abs(trace[0].rho.flat))) / trace.run.rule.values["eta"]

    return number


def last_epoch(form):
    """Return a number: the mean cost of a form's last epoch."""
    return lambda show: float(show.traces[form].history["loss"][-1])


_LAST = {"lecture": last_epoch("lecture"), "paper": last_epoch("paper")}
_NAMED = {"the slide's": _LAST["lecture"], "the published": _LAST["paper"]}
_CHOICES = ("the first", "the second", "the third")


def _ordinal(show):
    k = parts_at(show)
    return _CHOICES[k - 1] if 0 < k <= len(_CHOICES) else ""


GUIDES = {
    "optimizer": (
        GuidedStep(
            "**Adam.** Only the place of ε differs, and for most weights it hardly matters: the "
            "last epoch's costs are {lecture:.3f} and {paper:.3f}.",
            "k=1&rule=adam",
            _LAST,
        ),
        GuidedStep(
            "**Momentum.** At {answer}: the slide remembers one gradient, the paper all of them.",
            "k=3&rule=momentum",
            {"answer": _ordinal},
            "**Momentum.** At which update do the slide's and the published form part?",
            _CHOICES,
            _ordinal,
        ),
        GuidedStep(
            "**Nesterov.** The slide looks uphill, $W_k + \\alpha\\, g_{k-1}$, the paper downhill. "
            "Last epoch: {lecture:.2f} and {paper:.2f}.",
            "k=2&rule=nesterov",
            _LAST,
        ),
        GuidedStep(
            "**AdaGrad and RMSProp.** Again the place of ε. With ε = 10⁻¹² RMSProp's forms end at "
            "{lecture:.2f} and {paper:.2f}, the last epoch's costs.",
            "k=1&rule=rmsprop&rmsprop.eps=1e-12",
            _LAST,
        ),
        GuidedStep(
            "**AdaDelta.** The last epoch's costs: {lecture:.2f} on the slide, {paper:.2f} as "
            "published, which has no η at all.",
            "k=1&rule=adadelta",
            _LAST,
            "**AdaDelta.** Which form is lower after these epochs?",
            tuple(_NAMED),
            lowest(_NAMED),
        ),
        GuidedStep(
            "**NAdam.** The first step: {lecture:.2f} η on the slide, {paper:.2f} η as published: "
            "there the momentum begins at half its strength.",
            "k=1&rule=nadam",
            {"lecture": first_step("lecture"), "paper": first_step("paper")},
        ),
    )
}
