"""Arrows at the ball of one rule of a race: what its step is made of, on the map and enlarged."""

from collections.abc import Mapping

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VIOLET, Style
from mlpteach.views.coordinates import SIZES
from mlpteach.views.panels import Arrow, Axes, Plot
from mlpteach.views.runs import fill_up

# The enlargement shows arrows up to this long, in its own units, up and down.
_TALL = 1.1
# Name of a part of the step -> its look and what it is called; the later are drawn over the others.
_LOOKS = {
    "descent": (Style(BLACK, "dashed", "", 1.5), r"$-\eta\, g_k$, plain descent"),
    "past": (Style(VIOLET, "solid", "", 2.5), "momentum part"),
    "present": (Style(GREEN, "solid", "", 2.0), "gradient part"),
    "look_lecture": (Style(PURPLE, "dotted", "", 2.0), "where the slide would look"),
    "look_paper": (Style(PURPLE, "dotted", "", 2.0), "where the paper would look"),
    "look": (Style(ORANGE, "dotted", "", 2.5), "where it looks"),
    "step": (Style(BLUE, "solid", "", 2.5), r"step, $-\rho_k$"),
}
# The others may be much longer than the step: they leave the enlargement then.
_FITTED = ("step", "past", "look")


def arrow_series(
    parts: Mapping[str, FloatArray], before: FloatArray, window: tuple[float, ...], steps: int
) -> dict[str, FloatArray]:
    """Return the series that :func:`arrows_on_map` and :func:`enlargement` draw, each (steps,).

    Parameters
    ----------
    parts : dict of str to ndarray
        Of :func:`mlpteach.study.step_parts.step_parts`, each (n, 2).
    before : ndarray, shape (n, 2)
        W_k.
    window : (x_min, x_max, y_min, y_max)
    steps : int
        Planned updates; NaN after the n of the run.
    """
    shown = {name: _visible(arrow) for name, arrow in parts.items()}
    large = _enlarged(shown, window)
    ends = {f"map.{name}": before + arrow for name, arrow in shown.items()}
    ends |= {f"large.{name}": arrow for name, arrow in large.items()}
    ends |= {"map.ball": before, "large.ball": np.zeros_like(before)}
    filled = {name: fill_up(values, steps) for name, values in ends.items()}
    return {
        f"{name}_{letter}": values[:, i]
        for name, values in filled.items()
        for i, letter in enumerate("xy")
    }


def _visible(arrow):
    """Return arrows with NaN for those without a length, which have no direction to show."""
    return np.where((arrow == 0).all(axis=1, keepdims=True), np.nan, arrow)


def _enlarged(parts, window):
    """Return arrows as they lie on the map, the longest of those that have to fit 1 long."""
    if not parts:  # of a run that ended before its first update
        return {}
    x_min, x_max, y_min, y_max = window
    # Directions are those on the map, whose picture is not drawn to one scale.
    across, down = SIZES["square"]
    scale = np.array([across / (x_max - x_min), down / (y_max - y_min)])
    with np.errstate(all="ignore"):
        arrows = {name: arrow * scale for name, arrow in parts.items()}
        lengths = [np.hypot(*arrows[name].T) for name in _FITTED if name in arrows]
        unit = np.fmax.reduce(lengths)[:, None]
        return {name: arrow / unit for name, arrow in arrows.items()}


def arrows_on_map(parts: Mapping[str, FloatArray]) -> list[Arrow]:
    """Return the arrows at the ball, as long as they are."""
    return _arrows(parts, "map")


def _arrows(parts, where, labelled=False):
    drawn = []
    for name, (style, words) in _LOOKS.items():
        start, end = ("past", "step") if name == "present" else ("ball", name)
        if {start, end} <= {"ball", *parts}:
            ends = [f"{where}.{place}_{letter}" for place in (start, end) for letter in "xy"]
            drawn.append(Arrow(*ends, style, words if labelled else ""))
    return drawn


def enlargement(parts: Mapping[str, FloatArray], title: str) -> Plot:
    """Return the plot with the arrows at the ball of a rule called `title`, enlarged."""
    across, down = SIZES["wide"]
    wide = _TALL * across / down
    return Plot(
        title=f"{title} at $W_k$, enlarged",
        label=f"What the step of {title} is made of, as directions on the map",
        axes=Axes("", "", (-wide, wide), (-_TALL, _TALL), draw=_bare, key="bare", equal=True),
        layers=_arrows(parts, "large", labelled=True),
    )


def _bare(target):
    target.set_xticks([])
    target.set_yticks([])
    target.spines[:].set_visible(False)
    target.text(0.0, 0.0, "●", ha="center", va="center", fontsize=8)
