"""Run a notebook's cells in the sandbox and answer the checks' calls from there.

A cell that ends the process costs its student nothing but that cell: the others are run again in
a new process without it.
"""

import contextlib
import re

import numpy as np

from mlpteach.exercise.limited_memory import limited_memory
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.protocol import NoAnswer, NotPlain, Reply, as_plain
from mlpteach.grading.inside import frames
from mlpteach.grading.inside.frames import COMMAND_PUT_ASIDE
from mlpteach.grading.isolation.budget import Budget
from mlpteach.grading.isolation.sandbox import DRAWING, StudentDied

_RESTARTS = 3
# Errors of a function that may come from what a notebook could not import.
_OF_A_LACK = ("NameError", "ModuleNotFoundError", "ImportError")
_FORBIDDEN = "Operation not permitted"
_NO_NETWORK = ("name resolution", "Name or service not known", "Failed to resolve", "unreachable")
_MOST_QUESTIONS = 150  # to functions that stand in, during one call
_MOST_ENTRIES = 1000  # of an array that a stand-in is given, and the largest whole number
_OF_DRAWING = (b"plot", b"pylab", b"seaborn")
_SECOND_CHANCE = 1.0  # seconds for a cell that was stopped before, when all is run again


class Stopped(NoAnswer):
    """A call has no answer; says to the student why not."""


class Undecidable(NoAnswer):
    """A call has no answer, and not by a mistake of the student's that a check could judge."""


class Session:
    """One notebook in the sandbox; a context manager.

    Parameters
    ----------
    sandbox : mlpteach.grading.isolation.sandbox.Sandbox
    sources : list of str
        The code cells to run, in order.
    files : mapping of str to bytes
        Laid beside the notebook.
    looks : dict of int to tuple of str
        How many cells have run -> variables to look at there.

    Attributes
    ----------
    outputs : list of list of dict
        What each cell showed, as the worker says: still to be cleaned.
    deadly : dict of int to str
        Index of a cell -> how it ended the process.
    found : set of str
        Functions that were called and are there.
    left : list of int
        Cells that were not run, because the notebook's time was over.
    lacks : dict of str to list of int
        What it asked for that is not here (modules, commands of the system) -> the cells that did.
    """

    def __init__(self, sandbox, sources, files=(), looks=None):
        self._sandbox, self._sources, self._files = sandbox, sources, files
        self._looks, self._seen = looks or {}, {}
        self._slow = set()
        self._hopeless = {}
        self._at = None  # the cell that runs
        self._stack = contextlib.ExitStack()
        self._budget = None
        self._restarts = 0
        self.outputs = [[] for _ in sources]
        self.deadly = {}
        self.found = set()
        self.left, self.lacks = [], {}

    def __enter__(self):
        self._budget = Budget(self._sandbox.limits.notebook_seconds)
        try:
            self._start()
            # What the cells took is not taken from the calls that decide the mark.
            self._budget.grant(self._sandbox.limits.notebook_seconds)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error):
        self._stack.close()

    def _start(self):
        """Run all cells but the deadly ones in a new process."""
        while True:
            self._stack.close()
            self._worker = self._stack.enter_context(
                self._sandbox.worker(self._files, self._budget, self._modules())
            )
            try:
                self._run_all()
                return
            except StudentDied as death:
                if self._at is not None:
                    self.deadly[self._at] = str(death)
                    self.outputs[self._at] = []
                if self._restarts == _RESTARTS:
                    self._worker = None  # nothing can be called
                    return
                self._restarts += 1
                self._budget.grant(self._sandbox.limits.notebook_seconds / 2)

    def _modules(self):
        """Return what to import beforehand: what draws takes longer to load than most run."""
        code = [source.encode("utf-8", "replace") for source in self._sources]
        code += [data for name, data in dict(self._files).items() if name.endswith(".py")]
        return DRAWING if any(word in text for text in code for word in _OF_DRAWING) else ()

    def _run_all(self):
        self.left = []
        for index, source in enumerate(self._sources):
            self._look(index)
            if self._budget.is_spent():
                self.left.append(index)
            elif index not in self.deadly:
                self._at = index
                self._run(index, source)
        self._look(len(self._sources))

    def _look(self, place):
        """Keep what the variables hold that a check at this place asks for."""
        self._at = None
        for name in self._looks.get(place, ()):
            if "died" in self._seen.get((place, name), ()) or self._budget.is_spent():
                continue
            try:
                self._seen[place, name] = self._worker.look(name)
            except StudentDied as death:
                self._seen[place, name] = {"died": str(death)}
                raise

    def _run(self, index, source):
        seconds = _SECOND_CHANCE if index in self._slow else None
        said = self._worker.cell(source, seconds)
        self.outputs[index] = said.get("outputs")
        if _text(said, "status") == "timeout":
            self._slow.add(index)
        for name in _lacking(said):
            self.lacks.setdefault(name, []).append(index)

    def answer(self, call):
        """Make one call of a check; return its Reply.

        Raises
        ------
        Stopped
        mlpteach.grading.isolation.sandbox.SandboxFailed
        """
        name = call.function
        if name in self._hopeless:
            raise Stopped(self._hopeless[name])
        if self._worker is None:
            raise Stopped("The notebook ended its own Python process, or ran out of time.")
        try:
            said = self._call(call)
        except StudentDied as death:
            self.found.add(name)
            self._give_up(name, f"Called with other inputs, {name} did not come back: {death}.")
            if self._restarts < _RESTARTS:
                self._restarts += 1
                self._start()
            else:
                self._worker = None
            raise Stopped(self._hopeless[name]) from None
        if said.get("missing") is True:
            self._may_wait(f"there is no function {name}")
            self._give_up(name, f"There is no function {name}: does its cell run without an error?")
            raise Stopped(self._hopeless[name])
        self.found.add(name)
        if _text(said, "error").startswith(_OF_A_LACK):
            self._may_wait(f"{name} ends with {_text(said, 'error').partition(':')[0]}")
        if _text(said, "error").startswith("ModuleNotFoundError"):  # which one, only it says
            raise Undecidable(f"a module that {name} imports could not be had here")
        if _text(said, "error").startswith("TimeLimit:"):
            seconds = self._sandbox.limits.call_seconds
            self._give_up(name, f"{name} ran for more than {seconds:g} seconds: does its loop end?")
            raise Stopped(self._hopeless[name])
        return _reply(said)

    def _call(self, call):
        """Make one call, from the start again for each call of a stand-in."""
        answers = []
        while True:
            said = self._worker.call(
                call.function, call.arguments, call.keywords, call.stand_ins, answers
            )
            asked = said.get("asks")
            if not isinstance(asked, dict) or len(answers) == _MOST_QUESTIONS:
                return said
            answers.append(_answered(call.stand_ins, asked))

    def variable(self, name, place):
        """Return a Reply with what a variable held after `place` cells.

        Raises
        ------
        Stopped
        """
        said = self._seen.get((place, name), {"missing": True})
        if "died" in said:
            raise Stopped(f"{name} cannot be handed over: {said['died']}.")
        if said.get("missing") is True:
            self._may_wait(f"there is no variable {name}")
            raise Stopped(f"There is no variable {name}: does its cell run without an error?")
        kind, value = _marked(said.get("value"))
        return Reply(_as_it_was(kind, _plain(value)))

    def _may_wait(self, what):
        """Leave it to a person where it may be the machine that is to blame."""
        if self.left:
            raise Undecidable(f"its time was over before all of its cells had run; {what}")
        if self.lacks:
            raise Undecidable(f"{', '.join(self.lacks)} could not be had here; {what}")

    def _give_up(self, name, why):
        self._hopeless[name] = why


def _answered(stand_ins, asked):
    """Return what a stand-in returns, or with which error it ends; it may be asked anything."""
    try:
        arguments = [_small(each) for each in asked["arguments"]]
        keywords = {str(name): _small(each) for name, each in asked["keywords"].items()}
        with silenced(), limited_memory():
            return as_plain(stand_ins[asked["function"]](*arguments, **keywords))
    except Exception as error:
        return {"error": type(error).__name__}


def _small(value):
    """Refuse what would keep a stand-in busy: a check's own inputs are far smaller."""
    many = isinstance(value, (np.ndarray, list, tuple)) and np.size(value) > _MOST_ENTRIES
    if many or (isinstance(value, int) and abs(value) > _MOST_ENTRIES):
        raise ValueError
    return _plain(value)


def _lacking(said):
    """Return what a cell asked for and could not have, as far as it says so."""
    outputs = said.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        output = output if isinstance(output, dict) else {}
        if output.get("ename") == "ModuleNotFoundError":
            missing = re.search(r"No module named '([\w.]{1,60})'", _text(output, "evalue"))
            yield f"the module {missing[1]}" if missing else "a module"
        said = _text(output, "evalue")
        if output.get("ename") == "PermissionError" and _FORBIDDEN in said:
            yield "another process, or what else the sandbox forbids,"
        elif _FORBIDDEN in said or any(reason in said for reason in _NO_NETWORK):
            yield "the network"
        if "'/proc/" in said or output.get("ename") == "NoSuchProcess":
            yield "what the system tells of its processes and memory"
        if COMMAND_PUT_ASIDE in _text(output, "text"):
            yield "a command of the system"


def _text(said, key):
    """Return a text of the worker's message; it may be anything but a text."""
    text = said.get(key)
    return text if isinstance(text, str) else ""


def _reply(said):
    """Return what the worker said as plain data, without any text of the student's.

    A text could carry the hidden inputs into the feedback. Of an error only its kind is kept, of
    what was printed only that something was.
    """
    error = _text(said, "error")
    kind = error.partition(":")[0]
    after = said.get("after")
    return Reply(
        value=_plain(said.get("value")),
        error=kind if kind.isidentifier() and len(kind) < 40 else "Exception" if error else "",
        arguments_after=_plain(after) if isinstance(after, tuple) else (),
        printed="…" if _text(said, "printed") else "",
    )


def _marked(said):
    """Return what a variable is and holds, as the worker hands it over; it may be anything."""
    if isinstance(said, tuple) and len(said) == 2 and isinstance(said[0], str):
        return said
    return "value", NotPlain("value that cannot be looked at")


def _as_it_was(kind, value):
    """Make a dict or a set of the list that it was handed over as."""
    try:
        if kind == "dict":
            return dict(value)
        return set(value) if kind == "set" else value
    except (TypeError, ValueError):  # a key that is no plain data, such as an own class
        return NotPlain(kind)


def _plain(value):
    if isinstance(value, (tuple, list)):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, frames.NotPlain):
        return NotPlain(value.type_name.partition(" ")[0])
    if isinstance(value, dict):
        return NotPlain("dict")
    return value
