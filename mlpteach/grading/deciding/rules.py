"""What a notebook is graded by, but for the work itself: plain data, and one digest of it."""

import functools
import hashlib
import json
from dataclasses import dataclass, field
from importlib import resources


@dataclass(frozen=True)
class Rules:
    """What a notebook is graded by.

    Attributes
    ----------
    released : dict
        The notebook as students received it, with points in its cells' metadata.
    hidden : dict of str to str
        Grade id -> the whole text of a cell of which students see a part.
    exercise : str
        Whose checks decide: a problem set or quiz of the package, "" for none.
    own : dict of str to str
        File name -> text of an exercise of the instructor's own (``own_exercise.py``).
    files : dict of str to bytes
        Relative path -> content of what the instructor gives beside the notebook.
    answers : dict of str to str
        Grade id -> the instructor's own answer, of code cells.
    draws : str
        The key of a quiz's draws (:mod:`mlpteach.quiz.draws`), "" for none.
    """

    released: dict
    hidden: dict = field(default_factory=dict)
    exercise: str = ""
    own: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    draws: str = ""

    @functools.cached_property
    def digest(self) -> str:
        """One number for all of it, and for the package's own checks."""
        files = {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
        parts = [self.released, self.hidden, self.exercise, self.own, files, self.answers]
        parts.append(self.draws)
        text = json.dumps(parts, sort_keys=True)
        return hashlib.sha256(text.encode() + _package(bool(self.exercise or self.own))).hexdigest()


_ROOMS = ("exercise", "quiz", "quiz/kinds", "quiz/typed", "quiz/questions")


@functools.cache
def _package(used):
    """Return a digest of the package's own checks and questions, b"" where they decide nothing."""
    total = hashlib.sha256()
    for room in _ROOMS if used else ():
        folder = resources.files("mlpteach").joinpath(room)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith((".py", ".toml")):
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.digest() if used else b""
