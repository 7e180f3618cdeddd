"""What an assignment asks, kept as data: each function's model solution and the known mistakes.

One TOML file an assignment, read by ``reading.py``. A known mistake is written as what a student
changes in the model solution, so it *is* a wrong solution: a student's function that answers every
call as the wrong solution does has made that mistake, however it is written.
"""

import builtins
import contextlib
import inspect
import re
from dataclasses import dataclass, field
from types import FunctionType

import numpy as np


@dataclass(frozen=True)
class Task:
    """One function that a student writes.

    Attributes
    ----------
    name : str
    parameters : tuple of str
        Its parameters, in order; how messages name the arguments.
    returns : tuple of str
        Names of what it returns, in order; a single name for a function that returns one thing.
    order : tuple of str
        The same names in the order of the formula's lines.
    solution : str
        The model solution's source.
    random : bool
        Whether what it returns is drawn, so that only its distribution can be compared.
    path : bool
        Whether what it returns is W after each update, a row each.
    shares : tuple of float
        How the points of a check are parted among what it returns; () for alike.
    ways : tuple of (str, str)
        Other ways to come to the same: in words, and the source.
    """

    name: str
    parameters: tuple
    returns: tuple
    order: tuple
    solution: str
    random: bool = False
    path: bool = False
    shares: tuple = ()
    ways: tuple = ()

    def share(self, quantity):
        """Return a quantity's part of a check's points, 0 … 1."""
        parts = dict(zip(self.returns, self.shares or (1,) * len(self.returns), strict=True))
        return parts[quantity] / sum(parts.values())


@dataclass(frozen=True)
class Mistake:
    """A known mistake.

    Attributes
    ----------
    id : str
    function : str
        The function it is made in.
    changes : tuple of (old, new)
        What it changes in the model solution.
    hint : str
        For the student: what to think about, never the solution.
    worth : float
        The fraction of a check's points that is left.
    """

    id: str
    function: str
    changes: tuple
    hint: str
    worth: float = 0.0

    def __post_init__(self):
        # Looked up a hundred thousand times where pairs are tried.
        object.__setattr__(self, "_hash", hash((self.id, self.function)))

    def __hash__(self):
        return self._hash


class Tasks(dict):
    """Name -> :class:`Task`, in the file's order."""

    def __missing__(self, name):
        raise KeyError(f"a check calls {name!r}, but its TOML file holds only {', '.join(self)}")


@dataclass(frozen=True)
class Sheet:
    """All tasks of an assignment with their known mistakes."""

    id: str
    tasks: dict
    mistakes: tuple
    _built: dict = field(default_factory=dict, repr=False, compare=False)
    _compiled: dict = field(default_factory=dict, repr=False, compare=False)
    kept: dict = field(default_factory=dict, repr=False, compare=False)  # made of it once

    def source(self, function, mistakes=()):
        """Return a function's source with these mistakes in it; None where one has no place."""
        source = self.tasks[function].solution
        for mistake in mistakes:
            for old, new in mistake.changes if mistake.function == function else ():
                if old not in source:
                    return None
                source = source.replace(old, new)
        return source

    def functions(self, mistakes=(), stand_ins=None):
        """Return name -> function of the model solution, or of it with these mistakes made.

        None where the mistakes exclude each other. `stand_ins` are functions in the place of some.
        """
        if stand_ins:
            return self._build(mistakes, stand_ins)
        if mistakes not in self._built:
            self._built[mistakes] = self._build(mistakes)
        return self._built[mistakes]

    def _build(self, mistakes, stand_ins=()):
        names = {"np": np, "__builtins__": builtins}
        for name in self.tasks:
            compiled = self._compile(name, tuple(m for m in mistakes if m.function == name))
            if compiled is None:
                return None
            # Functions of one namespace, so that they call each other.
            names[name] = FunctionType(
                compiled.__code__, names, name, compiled.__defaults__, compiled.__closure__
            )
        names |= dict(stand_ins)
        return {name: names[name] for name in self.tasks}

    def _compile(self, function, mistakes):
        """Return a function with the mistakes made in it; None where they exclude each other."""
        key = (function, mistakes)
        if key not in self._compiled:
            source, made = self.source(function, mistakes), {}
            with contextlib.suppress(SyntaxError):
                exec(source or "", made)
            self._compiled[key] = made.get(function)
        return self._compiled[key]

    def defaults(self, function):
        """Return parameter -> default of the model solution."""
        key = ("defaults", function)
        if key not in self.kept:
            parameters = inspect.signature(self.functions()[function]).parameters.values()
            self.kept[key] = {p.name: p.default for p in parameters if p.default is not p.empty}
        return self.kept[key]

    def calls(self, function):
        """Return the tasks that the model solution of a function calls."""
        called = re.findall(r"(\w+)\(", self.tasks[function].solution)
        return tuple(name for name in self.tasks if name != function and name in called)

    def mistakes_in(self, functions):
        """Return the mistakes that can show in these functions: theirs, then of those they call."""
        return tuple(
            m for name in self.reached_from(*functions) for m in self.mistakes if m.function == name
        )

    def reached_from(self, *functions):
        """Return these functions, then all those that their model solutions call."""
        reached = list(functions)
        for name in reached:
            reached += [other for other in self.calls(name) if other not in reached]
        return tuple(reached)
