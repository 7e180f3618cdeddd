"""What to try on Adam, line by line."""

import numpy as np

from mlpteach.player.guide import GuidedStep
from mlpteach.views.panels import Show


def _first(show: Show, quantity: str) -> np.ndarray:
    """Return the sizes of a quantity of the layer on the screen at the first update."""
    assert show.frames is not None
    fields, frame = show.frames.fields, show.frames.read(1, 1)[0]
    start = 0
    for name, (rows, columns) in fields.items():
        if name == quantity:
            return np.abs(frame[start : start + rows * columns])
        start += rows * columns
    raise ValueError(f"there is no {quantity}")


def middle_step(show: Show) -> float:
    """Return the median size of the first steps, by η."""
    [trace] = show.traces.values()
    return float(np.median(_first(show, "rho"))) / trace.run.rule.values["eta"]


def spread(quantity):
    """Return a number: the largest of a quantity's middle nine tenths, by the least."""
    return lambda show: float(np.divide(*np.quantile(_first(show, quantity), [0.95, 0.05])))


_COSTS = {
    "first": lambda show: float(show.series["loss"][0]),
    "most": lambda show: float(np.nanmax(show.series["loss"])),
    "last": lambda show: float(show.series["loss"][-1]),
}

GUIDES = {
    "adam": (
        GuidedStep(
            "**The first update.** Nine tenths of the gradients differ up to {g:.0f}-fold, the "
            "steps {rho:.2f}-fold: each is η long. Go through the lines with ↓.",
            "k=1",
            {"g": spread("G"), "rho": spread("rho")},
            "**The first update.** A gradient ten times as large: how long is its step?",
            ("ten times as long", "just as long"),
            lambda show: "just as long" if spread("rho")(show) < 2 else "ten times as long",
        ),
        GuidedStep(
            "**Without bias correction** the first step is {step:.2f} η: V starts much further "
            "below its value than M does.",
            "k=1&line=5&bias_correction=false",
            {"step": middle_step},
            "**Without bias correction.** Is the first step too short or too long?",
            ("too short", "too long"),
            lambda show: "too long" if middle_step(show) > 1 else "too short",
        ),
        GuidedStep(
            "**Lecture or paper?** With ε = 0.01 inside the root half of the first steps are "
            "longer than {step:.2f} η. Switch the form.",
            "k=1&line=5&form=lecture&eps=0.01",
            {"step": middle_step},
        ),
        GuidedStep(
            "**Too bold,** η = 1. The cost starts at {first:.1f}, jumps up to {most:.0f}, and ends "
            "at {last:.1f}. Walk back with ← to where it went wrong.",
            "k=20&eta=1",
            _COSTS,
        ),
    )
}
