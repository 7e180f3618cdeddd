"""What passes between a check, the student's code, and whoever decides the mark.

A check is a generator function: it yields a :class:`Call` or a :class:`Variable`, is sent the
:class:`Reply`, and returns a :class:`Verdict`. It never sees the student's function itself. So the
same check runs in the student's notebook, where the call is made at once, and in grading, where the
call crosses a pipe into a sandbox and only plain data come back.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlpteach.exercise.attempts import is_attempt
from mlpteach.exercise.callers import Callers

_DEEPEST = 4  # lists within lists that a reply may hold


@dataclass(frozen=True)
class Call:
    """One call of a student's function.

    Attributes
    ----------
    function : str
        Its name in the notebook, such as "adam_update".
    arguments : tuple
        Arrays, lists of arrays, whole numbers, floats and strings only.
    keywords : dict
        Name -> value of the same kinds.
    stand_ins : dict of str to callable
        Functions that answer in the place of the student's own of these names during the call. They
        stay on the grader's side: only what they return goes into the sandbox.
    """

    function: str
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    stand_ins: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Variable:
    """A look at one variable of the student's, as it stands where the check's cell is.

    Attributes
    ----------
    name : str
        Its name in the notebook, such as "mean_of_row".
    """

    name: str


@dataclass(frozen=True)
class NotPlain:
    """Stands for a value that is not plain data, such as a function or an array of objects.

    Attributes
    ----------
    type_name : str
        What it was.
    """

    type_name: str


class NoAnswer(Exception):
    """A call has no answer: there is no such function, or it does not come back."""


@dataclass(frozen=True)
class Reply:
    """What came back from one call, as plain data.

    Attributes
    ----------
    value : object
        Array, number, str, None, NotPlain, or a tuple or list of these.
    error : str
        "" or the last line of the traceback, such as "NameError: name 'np' is not defined".
    arguments_after : tuple
        The positional arguments as they stand after the call.
    printed : str
        What the call printed, cut to a few hundred characters.
    """

    value: object = None
    error: str = ""
    arguments_after: tuple[Any, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class Excuse:
    """What a verdict leaves unpunished because it cost its points in a helper's own check.

    Attributes
    ----------
    paid : tuple of (tuple of str, float)
        A helper and what it calls, and the most that the own check of one of them may have given
        for that mistake, 0 … 1.
    otherwise : Verdict
        What holds where the helper's own check gave more.
    attempts : tuple of dict of str to str
        For each helper that gave no answer: it and what it calls, with their model solutions. One
        that got nothing in its own check must at least have been tried.
    """

    paid: tuple[tuple[tuple[str, ...], float], ...]
    otherwise: "Verdict"
    attempts: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    fraction : float
        0 … 1 of the check's points.
    message : str
        For the student: the first quantity that differs, how, and the known mistake.
    mistake : str
        Id of the recognised mistake, "" where there is none.
    answered_as : str
        The name that decided the numbers, where a student gives one.
    excuse : Excuse, optional
        What the verdict hangs on, for :func:`only_what_was_paid`.
    """

    fraction: float
    message: str
    mistake: str = ""
    answered_as: str = ""
    excuse: Excuse | None = None

    def __post_init__(self) -> None:
        if type(self.fraction) is not float or not 0.0 <= self.fraction <= 1.0:
            raise ValueError(f"fraction must be a float in [0, 1]; given {self.fraction!r}.")

    @property
    def passed(self) -> bool:
        """Whether all points are given."""
        return self.fraction == 1.0


@dataclass(frozen=True)
class Check:
    """One graded test cell.

    Attributes
    ----------
    id : str
        The grade id of its cell.
    title : str
        One line on what is checked.
    functions : tuple of str
        Names of the student's functions it calls.
    points : int
    run : callable
        numpy.random.Generator -> generator of calls that returns the verdict.
    variables : tuple of str
        Names of the student's variables it looks at, where an answer is plain statements.
    """

    id: str
    title: str
    functions: tuple[str, ...]
    points: int
    run: Callable[[np.random.Generator], Generator[Call | Variable, Reply, Verdict]]
    variables: tuple[str, ...] = ()


def decide(check: Check, rng: Any, answer: Callable[[Any], Reply]) -> Verdict:
    """Run a check to its verdict.

    Parameters
    ----------
    check : Check
    rng : numpy.random.Generator
        Decides the inputs.
    answer : callable
        Call or Variable -> Reply: makes the call, here or in a sandbox. What it raises is raised
        in the check, which may do without an answer where it says :class:`NoAnswer`.

    Returns
    -------
    Verdict
    """
    conversation = check.run(rng)
    try:
        call = next(conversation)
        while True:
            try:
                reply = answer(call)
            except Exception as error:
                call = conversation.throw(error)
            else:
                call = conversation.send(reply)
    except StopIteration as end:
        verdict = end.value
    if not isinstance(verdict, Verdict):
        raise TypeError(f"check {check.id!r} must return a Verdict; it returned {verdict!r}.")
    return verdict


def only_what_was_paid(
    checks: dict[str, Check], verdicts: dict[str, Verdict], sources: Iterable[str] = ()
) -> dict[str, Verdict]:
    """Take back each excuse for a mistake that cost nothing where the helper itself was checked.

    A helper can tell who calls it: right in its own check, wrong in the one that would be excused.
    And whoever writes a helper's lines out instead of calling it makes a mistake of their own.

    Parameters
    ----------
    checks : dict of str to Check
        Of the assignment, by id.
    verdicts : dict of str to Verdict
        What they found in one notebook.
    sources : iterable of str
        Its code cells, which say who calls whom; without them everybody may.

    Returns
    -------
    dict of str to Verdict
    """
    if all(verdict.excuse is None for verdict in verdicts.values()):
        return verdicts
    sources = list(sources)
    calls = Callers(sources)
    given: dict[str, float] = {}
    for id, check in checks.items():
        if len(check.functions) == 1:
            [name] = check.functions
            # What nobody could decide is no proof of a right helper.
            fraction = verdicts[id].fraction if id in verdicts else 0.0
            given[name] = min(given.get(name, 1.0), fraction)

    def holds(id: str, excuse: Excuse) -> bool:
        return all(
            min(given.get(name, 1.0) for name in names) <= most
            and all(calls.may_call(function, names) for function in checks[id].functions)
            for names, most in excuse.paid
        ) and all(map(tried, excuse.attempts))

    def tried(solutions: Mapping[str, str]) -> bool:
        return not sources or any(
            given.get(name, 1.0) == 0.0 and is_attempt(sources, name, solution)
            for name, solution in solutions.items()
        )

    return {
        id: verdict
        if verdict.excuse is None or holds(id, verdict.excuse)
        else verdict.excuse.otherwise
        for id, verdict in verdicts.items()
    }


def as_plain(value: object, depth: int = 0) -> Any:
    """Return a copy of `value` made of plain data only; what is not plain becomes NotPlain.

    Examples
    --------
    >>> as_plain((np.ones(2), None, print))
    (array([1., 1.]), None, NotPlain(type_name='builtin_function_or_method'))
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        # A class of the student's own may lie about what it holds: only its memory is read.
        array = np.array(value, copy=True, subok=False)
        return array if array.dtype.kind in "biuf" else NotPlain(f"array of {array.dtype}")
    if isinstance(value, (tuple, list)) and depth < _DEEPEST:  # a named tuple is one, too
        kind = tuple if isinstance(value, tuple) else list
        return kind(as_plain(item, depth + 1) for item in value)
    return NotPlain(type(value).__name__)
