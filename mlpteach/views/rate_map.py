"""The map of momentum: its rate over step size and memory, with the bar of a valley on it.

After the idea of Goh, "Why Momentum Really Works", Distill 2017; all numbers are eigenvalues.
"""

from functools import partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import BLACK, BLUE, ORANGE, Style
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.study.gain import valley
from mlpteach.study.momentum_map import (
    REGIMES,
    discriminants,
    rates,
    regimes,
    updates_a_digit,
)
from mlpteach.views.layers import Note, Path
from mlpteach.views.long_valley import START, way_plot
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.runs import divergence_message, divergence_notes, fill_up
from mlpteach.views.written import written

# The map: eta lambda across, on a logarithmic axis, and the memory up.
STEPS, MEMORY = (1e-4, 10.0), (0.0, 1.0)
MEMORY_LETTERS = {"paper": r"memory $\beta$", "lecture": r"memory $\beta / \alpha$"}
_STEP_LETTERS = {"paper": r"\eta \lambda", "lecture": r"\alpha \lambda"}
_GRID, _ALL_BUT_ONE = (241, 161), 0.9999
# At which memory the numbers stand.
_NUMBERED = 0.2
# Rates that differ by a smaller share are told apart by rounding.
_ROUNDING = 1e-6
# Updates for one more digit, between which the map has one colour.
_DIGIT = (0.5, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
_FILL, _STRONGEST, _EDGE, _LOST = "#1b9e77", 0.65, "#6b7280", "#d1495b"
# Where the names of the regimes stand.
_NAMES = {
    "paper": {
        "monotone": (2e-3, 0.45),
        "oscillating": (0.35, 0.88),
        "alternating →": (0.22, 0.03),
        "diverging": (5.6, 0.5),
    },
    "lecture": {
        "monotone": (4e-3, 0.5),
        "oscillating": (0.6, 0.75),
        "alternating →": (0.22, 0.03),
        "diverging": (5.2, 0.5),
    },
}
_DIRECTIONS = {"flat": Style(BLUE, "solid", "o"), "steep": Style(ORANGE, "dashed", "s")}
_BAR = Style(BLACK, "solid", "", 3.0)


def history(
    trace: Trace, updates: int, ends: FloatArray, memory: float, form: str
) -> dict[str, FloatArray]:
    """Return the series of a run in the valley: name -> array (updates,).

    ``"k"``, ``"form.x"`` and ``"form.y"`` before update k, and of the flat and the steep direction
    ``"flat.left"``: which part of the first distance is left; ``"flat.slope"``: what the map
    promises, rate^(k - 1).
    """
    k = np.arange(1.0, updates + 1)
    W = trace.gather("before")["before"]
    series = {
        "k": k,
        f"{form}.x": fill_up(W[:, 0], updates),
        f"{form}.y": fill_up(W[:, 1], updates),
    }
    for i, (name, rate) in enumerate(zip(_DIRECTIONS, rates(form, ends, memory), strict=True)):
        with np.errstate(over="ignore"):
            series[f"{name}.left"] = fill_up(np.abs(W[:, i] / START[i]), updates)
            series[f"{name}.slope"] = rate ** (k - 1)
    return series


def show_map(rule: Rule, updates: int, condition: float) -> Show:
    """Return the :class:`Show` of the map for momentum in one form, in a valley 1 … condition.

    Parameters
    ----------
    rule : Rule
        Momentum.
    updates : int
    condition : float
    """
    form, (step, memory) = rule.form, step_and_memory(rule)
    ends = step * np.array([1.0, condition])
    trace = quietly(descend, valley((1.0, condition)), START, rule=rule, steps=updates)
    series = history(trace, updates, ends, memory, form)
    panels = (
        _map_plot(form, ends, memory),
        way_plot(condition, [form], "wide"),
        _left_plot(updates),
        _table(form, ends, memory, trace),
    )
    message = divergence_message({"momentum": trace})
    return Show({form: trace}, updates, panels, series, message=message)


def step_and_memory(rule: Rule) -> tuple[float, float]:
    """Return eta and beta of momentum as published, alpha and beta/alpha of the slide's.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> step_and_memory(rule("momentum", "lecture", alpha=0.5, beta=0.25))
    (0.5, 0.5)
    """
    values = rule.values
    if rule.form == "lecture":
        return values["alpha"], values["beta"] / values["alpha"]
    return values["eta"], values["beta"]


def _map_plot(form, ends, memory):
    bar = [Path(ends, [memory, memory], _BAR)]
    for name, end in zip(_DIRECTIONS, ends, strict=True):
        bar.append(Path([end], [memory], _DIRECTIONS[name]))
        beside = 10 ** (np.log10(end) + 0.09)
        bar.append(Note(name, beside, memory + 0.045, _DIRECTIONS[name]))
    return Plot(
        title="Updates a digit; drag the bar",
        label="Updates that momentum takes for one more digit, over step size and memory, with a "
        f"bar from {ends[0]:.3g} to {ends[1]:.3g} at a memory of {memory:.3g}; drag it, or "
        "use the arrow keys",
        axes=Axes(
            f"step × curvature ${_STEP_LETTERS[form]}$", MEMORY_LETTERS[form], STEPS, MEMORY,
            xscale="log", draw=partial(_draw, form), key=f"momentum map {form}", shape="square",
        ),
        layers=bar,
        click="middle",
    )  # fmt: skip


def _draw(form, target):
    """Draw what stands still of a map: its colours, their numbers, and the regimes."""
    steps = np.geomspace(*STEPS, _GRID[0])
    # With a memory of 1 nothing ever fades.
    memory = np.linspace(*MEMORY, _GRID[1]).clip(max=_ALL_BUT_ONE)
    grid = np.meshgrid(steps, memory)
    rate = rates(form, *grid)
    converging = np.ma.masked_where(rate >= 1.0, updates_a_digit(rate))
    _draw_digits(target, grid, converging)
    target.contourf(*grid, rate, [1.0, np.inf], colors=[(_LOST, 0.25)], antialiased=False)
    target.contour(*grid, rate, [1.0], colors=_LOST, linewidths=1.5)
    inside = np.ma.masked_where(rate >= 1.0, discriminants(form, *grid))
    target.contour(*grid, inside, [0.0], colors=_EDGE, linewidths=1.8)
    for name, place in _NAMES[form].items():
        turned = 90 if name == "diverging" else 0
        target.text(*place, name, ha="center", va="center", fontsize=10, rotation=turned)


def _draw_digits(target, grid, digits):
    """Draw how many updates a digit takes, in one hue, and write it on the lines between."""
    opacities = np.linspace(_STRONGEST, 0.08, len(_DIGIT))
    colors = [(_FILL, float(opacity)) for opacity in opacities]
    target.contourf(*grid, digits, [*_DIGIT, np.inf], colors=colors, antialiased=False)
    lines = target.contour(*grid, digits, _DIGIT[1:], colors=_EDGE, linewidths=0.5)
    row = round(_NUMBERED * (_GRID[1] - 1))
    below = [digits[row].filled(np.inf) <= level for level in lines.levels]
    first = [int(np.argmax(reached)) for reached in below if reached.any()]
    places = [(grid[0][row, i], grid[1][row, i]) for i in first]
    target.set_xscale("log")  # the numbers are written along the lines as they are seen
    target.set(xlim=STEPS, ylim=MEMORY)
    target.clabel(lines, fmt="%d", fontsize=8, manual=places)


def _left_plot(updates):
    slopes = [
        Line("k", f"{name}.slope", Style(style.color, "dotted", "", 1.4))
        for name, style in _DIRECTIONS.items()
    ]
    left = [Line("k", f"{name}.left", style, name) for name, style in _DIRECTIONS.items()]
    return Plot(
        title="Distance left in each direction; dotted: the map's slope",
        label="Share of the first distance left in each direction, against updates; click to go",
        axes=Axes("update $k$", "share left", (0.0, float(updates)), (1e-6, 10.0), yscale="log"),
        layers=(*left, *slopes),
        click="step",
    )


def _table(form, ends, memory, trace):
    """Return the table of both directions, and of the slower one, which is the rate of the run."""
    rate, regime = rates(form, ends, memory), regimes(form, ends, memory)
    rows = [
        _row(name, end, rate[i], REGIMES[regime[i]], style)
        for i, (end, (name, style)) in enumerate(zip(ends, _DIRECTIONS.items(), strict=True))
    ]
    worse = int(rate.argmax())
    names = "both" if np.isclose(*rate, rtol=_ROUNDING, atol=0.0) else list(_DIRECTIONS)[worse]
    notes = divergence_notes(trace)
    slower = _row(f"slower: {names}", ends[worse], rate[worse], REGIMES[regime[worse]], None, notes)
    rows.append(slower)
    columns = (f"${_STEP_LETTERS[form]}$", "regime", "rate", "updates a digit")
    return Table("", "Rate in each direction of the valley", columns, tuple(rows))


def _row(name, end, rate, regime, style, notes=None):
    digit = updates_a_digit(rate)
    told = written(digit) if np.isfinite(digit) else "never"
    return Row(name, (written(end), regime, written(rate), told), style, notes or {})
