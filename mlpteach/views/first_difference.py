"""Where two runs first differ: in words, and as a place that the page can go to."""

import re
from collections.abc import Mapping

import numpy as np

from mlpteach.run.compare import Difference, Undecided
from mlpteach.run.trace import Trace
from mlpteach.views.optimizer import rule_lines
from mlpteach.views.panels import Jump, Text
from mlpteach.views.written import written

_ENTRY = re.compile(r"([Wb])\^\((\d+)\)\[(\d+)(?:, (\d+))?\]")
# What a comparison looks at besides a rule's quantities -> how the ledger and the maps call it.
_NAMES = {"before": "W", "gradient": "G", "after": "W"}


def first_difference(
    found: Difference | Undecided | None, remark: str, traces: Mapping[str, Trace], layer: int
) -> Text:
    """Return what is said of two runs, with the way to the place.

    Parameters
    ----------
    found : Difference, Undecided or None
        What :func:`mlpteach.compare` found.
    remark : str
        Said below.
    traces : dict of str to Trace
        Two runs, the first compared with the second.
    layer : int
        That is shown; 0 for a plain function.
    """
    title, remarks = "First difference", (remark,) if remark else ()
    if found is None:
        return Text(title, ("None: the two runs agree in all they share.", *remarks))
    if isinstance(found, Undecided):
        return Text(title, (str(found), *remarks))
    given, expected = _told_apart(found.given, found.expected)
    first, second = traces
    numbers = f"{first} {given}, {second} {expected}"
    said = f"{_when(found, traces[second])}, at {_place(found)}: {numbers}."
    return Text(title, (said, *remarks), marked=(0,), jump=_jump(found, traces, layer))


def line_of(found: Difference | Undecided | None) -> str:
    """Return the name under which ledger and maps have the quantity that differs first, or ""."""
    if not isinstance(found, Difference):
        return ""
    return _NAMES.get(found.quantity, found.quantity)


def _when(found, expected):
    sign = expected.run.rule.symbol(found.quantity)
    return f"update k = {found.k}, in ${sign.latex()}$ ({sign.meaning})"


def _place(found):
    """Name the entry as the ledgers do, which count units and inputs from 1."""
    entry = _ENTRY.fullmatch(found.place)
    if not entry:
        return found.place
    letter, layer, row, column = entry.groups()
    place = f"${letter}^{{({layer})}}$, unit {int(row) + 1}"
    return place if column is None else f"{place}, input {int(column) + 1}"


def _jump(found, traces, layer):
    """Return the way to update, line and weight."""
    there, row, column = _weight(found, traces, layer)
    place = {"k": found.k, "line": _line(found, traces), "row": row, "column": column}
    values = {"layer": str(there)} if there else {}
    return Jump("Go to the first difference", place, values)


def _line(found, traces):
    """Return the place of the ledgers' line; where they have it at different ones, the later."""
    ledgers = [[line.name for line in rule_lines(trace)] for trace in traces.values()]
    if found.quantity == "before":  # nothing has been computed yet
        return 0
    name = line_of(found)
    return max((lines.index(name) for lines in ledgers if name in lines), default=0)


def _weight(found, traces, layer):
    """Return layer, row and column of the weight; of a bias, its unit's that differs most."""
    entry = _ENTRY.fullmatch(found.place)
    if not entry:
        return layer, 0, int(re.findall(r"\d+", found.place)[-1])
    letter, there, row, column = entry.groups()
    if letter == "W":
        return int(there), int(row), int(column)
    given, expected = (_values(trace, found)[int(row)] for trace in traces.values())
    gap = np.abs(given - expected) if given.shape == expected.shape else np.zeros(1)
    return int(there), int(row), int(np.nan_to_num(gap).argmax())


def _values(trace, found):
    """Return the weights' matrix of the layer in which a bias differs, at that update."""
    step = trace[found.k - 1] if found.k <= len(trace) else trace.diverged.step
    layer = int(_ENTRY.fullmatch(found.place)[2])
    named = {"before": step.before, "gradient": step.gradient, "after": step.after}
    return {**step.quantities, **named}[found.quantity].W[layer]


def _told_apart(*values):
    """Write two numbers with three significant digits, or as many as show that they differ."""
    for digits in range(3, 18):
        texts = [written(value, digits) for value in values]
        if len(set(texts)) == len(texts):
            break
    return texts
