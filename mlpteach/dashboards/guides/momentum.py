"""What to try on momentum."""

from mlpteach.dashboards.guides import highest, lowest
from mlpteach.player.guide import GuidedStep, at
from mlpteach.views.panels import Show

_LOWEST = {
    "gradient descent": at("gd.J"),
    "slide's momentum": at("lecture.J"),
    "Polyak's": at("paper.J"),
}
# What an update leaves of the error in either direction; the slower one is the rate.
_SLOPES = {"the flat end": at("flat.slope", 2), "the steep end": at("steep.slope", 2)}
_RATES = {"flat": _SLOPES["the flat end"], "steep": _SLOPES["the steep end"]}


def about(show: Show) -> str:
    """Return the choice that is nearest to the published step in the end, by its factor."""
    step = at("paper.rho")(show)
    return min(("about 1", "about 2", "about 10"), key=lambda text: abs(_factor(text, step)))


def _factor(text, step):
    return step / float(text.split()[1]) - 1


GUIDES = {
    "momentum": (
        GuidedStep(
            "**A steady gradient** of 1. The slide's step: {first:.0f}, then {second:.1f} for "
            "ever. The published one is {paper:.2f} at k = 50.",
            "k=50&on=steady",
            {
                "first": at("lecture.rho", 1),
                "second": at("lecture.rho", 2),
                "paper": at("paper.rho"),
            },
            "**A steady gradient** of 1, β = 0.9. How long does the published step get?",
            ("about 1", "about 2", "about 10"),
            about,
        ),
        GuidedStep(
            "**What is remembered?** Ten updates later a gradient weighs {ten:.2f} in the paper; "
            "on the slide {one:.1f} one update later, then {two:.0f}.",
            "k=11&on=steady",
            {
                "ten": at("paper.weight", 11),
                "one": at("lecture.weight", 2),
                "two": at("lecture.weight", 3),
            },
        ),
        GuidedStep(
            "**A longer memory.** With β = 0.99 the step heads for 1 / (1 − β) = 100; after 50 "
            "updates it is {step:.1f}: slow to start, slow to stop.",
            "k=50&on=steady&steady.paper.beta=0.99",
            {"step": at("paper.rho", 50)},
        ),
        GuidedStep(
            "**Into a valley.** Kept of the distance at each update: {gd:.3f} by descent, "
            "{lecture:.3f} by the slide, {paper:.3f} by Polyak.",
            "k=200&on=valley",
            {form: at(f"{form}.theory") for form in ("gd", "lecture", "paper")},
            "**Into a valley,** 100 times steeper across. Who ends lowest?",
            tuple(_LOWEST),
            lowest(_LOWEST),
        ),
        GuidedStep(
            "**Why?** The bar goes from the flat direction, {flat:.3f} an update, to the steep "
            "one, {steep:.3f}. The slower end counts: move the bar.",
            "k=30&on=map",
            _RATES,
            "**Why?** The bar's ends are the flat and the steep direction. Which is slower here?",
            tuple(_SLOPES),
            highest(_SLOPES),
        ),
        GuidedStep(
            "**The best place:** η = 4/121, β = (9/11)². The flat end has {flat:.3f}, the steep "
            "one {steep:.3f}.",
            f"k=30&on=map&map.eta={4 / 121}&map.beta={(9 / 11) ** 2}",
            _RATES,
        ),
    )
}
