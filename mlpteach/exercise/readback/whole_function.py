"""Read back a function with a loop: which changed line of the model's gives every answer?"""

import re

import numpy as np

from mlpteach.exercise.comparison import Comparison
from mlpteach.exercise.differences import Finding, close
from mlpteach.exercise.local_calls import make_call
from mlpteach.exercise.readback.budget import current_budget
from mlpteach.exercise.readback.lines import changed_lines, function_of
from mlpteach.exercise.replies import arrays

_COSTS = 15  # as many candidates as one line of a formula
_MOST_FITS = 12
_OTHER_INPUTS = (11, 12, 13)
_EXACT = 1e-10


def read_whole_function(comparison, task, given):
    """Return what is said of a function whose numbers a changed line gives; "" for none.

    Parameters
    ----------
    comparison : Comparison
    task : Task
    given : list of Exchange
    """
    if task.random:
        return ""
    budget, found = current_budget(), []
    shortest_first = sorted(given, key=_numbers_given)
    for line, functions in _candidates(comparison.sheet, task):
        if budget.left <= 0 or len(found) == _MOST_FITS:
            break
        budget.left -= _COSTS
        if all(_same(task, exchange, functions) for exchange in shortest_first):
            found.append((line, functions))
    if not found:
        return ""
    # Which length it is, calls of one shape cannot tell.
    sure = len(found) == 1 or not any("len(" in line.old for line, _ in found)
    one = sure and _agree(comparison, task, found)
    return _say(found[0][0]) if one else _say_where(found)


def _candidates(sheet, task):
    """Return (line, the sheet's functions with it) for all changes of a function, made once."""
    key = ("lines", task.name)
    if key not in sheet.kept:
        made = {}
        ways = ((source, task.solution) for _, source in task.ways)
        for solution, besides in ((task.solution, ""), *ways):
            for line in changed_lines(solution, besides):
                function = function_of(line, task.name, sheet.functions())
                if function is not None and line.source not in made:
                    made[line.source] = line, {task.name: function}
        sheet.kept[key] = list(made.values())
    return sheet.kept[key]


def _numbers_given(exchange):
    return sum(np.size(a) for a in exchange.call.arguments if isinstance(a, np.ndarray))


def _same(task, exchange, functions):
    """Whether a changed function answers as the student's did."""
    one, other = arrays(task, exchange.reply), arrays(task, make_call(functions, exchange.call))
    if isinstance(one, Finding) or isinstance(other, Finding):
        return isinstance(one, Finding) and isinstance(other, Finding) and one.kind == other.kind
    return all(close(one[name], other[name], _EXACT) for name in task.returns)


def _agree(comparison, task, found):
    """Whether all that fit are the same on other inputs, too."""
    (_, first), *others = found
    for seed in _OTHER_INPUTS:
        exchanges = list(Comparison(comparison.sheet, comparison.scenario, seed).play())
        for exchange in exchanges:
            one = make_call(first, exchange.call)
            played = type(exchange)(exchange.where, exchange.call, one)
            if not all(_same(task, played, functions) for _, functions in others):
                return False
    return True


def _say(line):
    if line.new and line.new != line.old and _squeezed(line.old) in _squeezed(line.new):
        return (
            "Your numbers are those of the right lines but for one thing: one of them does more "
            f"than it should, as `{line.new.replace(line.old, '…')}`."
        )
    if line.new == line.old:
        return (
            "Your numbers are those of the right lines but for one thing: a line stands there "
            f"twice, as `{line.new}`."
        )
    if not line.new:
        return (
            "Your numbers are those of the right lines but for one thing: a line is missing, or "
            "stands in another place, before, in or after the loop."
        )
    return f"Your numbers are those of the line `{line.new}`: look at it."


def _say_where(found):
    """Say which line is at fault where several changes of the same one fit; "" for others."""
    targets = {line.new.partition(" = ")[0] for line, _ in found if " = " in line.new}
    if len(targets) != 1 or not all(" = " in line.new for line, _ in found):
        return ""
    return (
        "Your numbers are those of the right lines but for one thing: look at how "
        f"`{targets.pop()}` is worked out."
    )


def _squeezed(text):
    return re.sub(r"\s", "", text)


def one_array_everywhere(task, exchange):
    """Whether all rows of a path are the same numbers, though W has moved."""
    found = arrays(task, exchange.reply)
    if not task.path or isinstance(found, Finding):
        return False
    [path] = found.values()
    if path.ndim != 2 or len(path) < 2 or not (path == path[0]).all():
        return False
    return not close(path[0], np.asarray(exchange.call.arguments[0], float))
