"""A number that a student chose: solved from one entry of one answer, confirmed by all calls."""

import numpy as np

from mlpteach.exercise.readback.cases import told
from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.expression import (
    Node,
    at_place,
    name,
    number,
    places,
    replaced,
    walk,
)

_STARTS = ((0.5, 0.9), (0.98, 0.9995), (1e-6, 1e-3), (2.0, 8.0))
_STEPS = 12
_DEFAULTS = (0.0, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.005, 0.01,
             0.02, 0.05, 0.1,
             0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0)  # fmt: skip


def solved_constants(trials, parts):
    """Yield formulas with one free number, solved so that one entry is right.

    Parameters
    ----------
    trials : Trials
    parts : Parts
    """
    yield from _defaults(trials)
    for family, template, hole in _templates(trials, parts):
        for value in _solutions(trials, template, hole):
            leaf = number(value)
            yield Edit(family, replaced(template, {hole: leaf}), hole, leaf)


def _templates(trials, parts):
    """Yield (family, formula with a hole, the hole)."""
    formula = trials.formula
    for leaf in parts.scalars:
        if sum(node is leaf for node in walk(formula)) > 1:
            hole = number(0.0)
            yield "number_for_argument", replaced(formula, {leaf: hole}), hole
    for place, node in places(formula):
        hole = number(0.0)
        if node in parts.scalars:
            yield "number_for_argument", at_place(formula, place, hole), hole
        if node.op == "number":
            yield "number", at_place(formula, place, hole), hole
        if node.op in ("sqrt", "square"):
            yield "power", at_place(formula, place, Node("**", (*node.parts, hole))), hole
        if node.op != "number" and node not in parts.scalars:
            yield "factor", at_place(formula, place, Node("*", (hole, node))), hole
            yield "term", at_place(formula, place, Node("+", (node, hole))), hole
            yield "power", at_place(formula, place, Node("**", (node, hole))), hole
        if place == () and not trials.first.answer.ndim:
            for part in parts.arrays:
                for size in ("square", "abs"):
                    penalty = Node("*", (hole, Node("sum", (Node(size, (part,)),))))
                    yield "penalty", Node("+", (node, penalty)), hole
        for part in parts.arrays:
            if (node in parts.arrays and part is not node) or place == ():
                new = Node("+", (node, Node("*", (hole, part))))
                yield "decay", at_place(formula, place, new), hole
                for scalar in parts.scalars:
                    term = Node("*", (Node("*", (scalar, hole)), part))
                    new = Node("+", (node, term))
                    yield "decay", at_place(formula, place, new), hole


def _solutions(trials, template, hole):
    """Yield numbers in the hole that make one entry right."""

    def off(value):
        hole.value = value
        trials.left -= 1
        entry = trials.entry_of(template)
        return np.nan if entry is None else entry - trials.wanted

    seen = set()
    for low, high in _STARTS:
        found = _secant(off, low, high)
        if found is None:
            continue
        rounded = _as_written(found)
        if rounded is None:
            continue
        if rounded in seen:
            break
        seen.add(rounded)
        yield rounded
        break


def _as_written(value):
    """Return the number that somebody writes for this one: four digits or a third; else None."""
    if not np.isfinite(value):
        return None
    for written in (float(f"{value:.4g}"), round(3 * value) / 3):
        if abs(value - written) <= 1e-5 * abs(value):
            return written
    return None


def _secant(off, low, high):
    """Return where a function of one number is 0; None where it isn't found."""
    at_low, at_high = off(low), off(high)
    for _ in range(_STEPS):
        if not (np.isfinite(at_low) and np.isfinite(at_high)) or at_low == at_high:
            return None
        new = high - at_high * (high - low) / (at_high - at_low)
        if abs(new - high) <= 1e-9 * abs(new):
            return new
        low, at_low, high, at_high = high, at_high, new, off(new)
        if at_high == 0:
            return high
    return None


def _defaults(trials):
    """Yield formulas in which an argument that was not given has another default."""
    leaves = {node.value: node for node in walk(trials.formula) if node.op == "name"}
    for parameter, leaf in leaves.items():
        if told(parameter) not in trials.first.values or trials.first.values[told(parameter)]:
            continue
        hole = number(0.0)
        new = Node("if_given", (name(told(parameter)), leaf, hole))
        template = replaced(trials.formula, {leaf: new})
        for value in (*_solutions(trials, template, hole), *_DEFAULTS):
            other = number(value)
            yield Edit("default", replaced(template, {hole: other}), leaf, other)
