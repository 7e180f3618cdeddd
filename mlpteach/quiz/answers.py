"""Answers are kept, so that they are there when a question is shown again.

Who shows the question says where they are kept, by two functions. A notebook's lie in a file beside
it: one line of JSON an answer, only ever appended. So nothing is lost, also what was changed later,
and it does not matter whether the notebook's outputs were saved.
"""

import datetime
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FILE = "mlpteach-answers.jsonl"


@dataclass(frozen=True)
class Answers:
    """Where answers are kept.

    Attributes
    ----------
    read : callable
        () -> list of dict, those that were written, oldest first.
    write : callable
        (dict of plain data) -> None; what it raises is said to the reader.
    notebook : str
        Name of the notebook that asks, "" where it is not known.
    by_the_page : bool
        Whether the page keeps the answers itself, in the reader's browser.
    """

    read: Callable[[], list]
    write: Callable[[dict], object]
    notebook: str = ""
    by_the_page: bool = False

    def entries(self) -> list[dict]:
        """Return all kept answers, oldest first; what is none is passed over."""
        return [e for e in self.read() if isinstance(e, dict) and isinstance(e.get("answer"), str)]

    def last(self, id: str, seed: int | str) -> dict | None:
        """Return the last answer to a question with this seed, None if there is none.

        Returns
        -------
        dict or None
            "answer", "digest" (of what was asked), "seed", "right", "time", "notebook" (where it
            was answered, if that is known).
        """
        of_it = (e for e in reversed(self.entries()) if e.get("question") == id)
        return next((entry for entry in of_it if entry.get("seed") == str(seed)), None)

    def last_seed(self, id: str, first: int | str) -> str | None:
        """Return the seed that a question was last answered with: its first one or a later one."""
        seeds = [entry.get("seed", "") for entry in self.entries() if entry.get("question") == id]
        again = [seed for seed in seeds if seed == str(first) or seed.startswith(f"{first} again ")]
        return again[-1] if again else None

    def keep(self, id: str, seed: int | str, digest: str, answer: str, right: bool) -> str:
        """Keep an answer; return "" or why it could not be kept."""
        entry = {
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "question": id,
            "seed": str(seed),
            "digest": digest,
            "answer": answer,
            "right": right,
        }
        if self.notebook:
            entry["notebook"] = self.notebook
        try:
            self.write(entry)
        except Exception as error:
            return f"Your answer could not be kept: {error}."
        return ""


def in_file(folder: str | Path = ".") -> Answers:
    """Return the answers that lie in a folder, by default that of the notebook.

    Parameters
    ----------
    folder : str or Path
    """
    path = Path(folder).resolve() / FILE

    def read():
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [_parsed(line) for line in lines]

    def write(entry):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=True) + "\n")

    return Answers(read, write, this_notebook())


def _parsed(line):
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def nowhere() -> Answers:
    """Return a place that keeps nothing."""
    return Answers(list, lambda entry: None)


def in_browser() -> Answers:
    """Return a place that keeps nothing: the page does it, in each reader's own browser."""
    return Answers(list, lambda entry: None, by_the_page=True)


def this_notebook():
    """Return the name of the notebook that runs this, "" where the server does not tell it."""
    name = Path(os.environ.get("JPY_SESSION_NAME", "")).name
    return name if name.endswith(".ipynb") else ""


_of_the_host: list[Answers] = []


def keep_in(answers: Answers) -> None:
    """Keep the answers of all questions asked from now on there: for a host that is no notebook.

    Parameters
    ----------
    answers : Answers
    """
    _of_the_host[:] = [answers]


def default_answers() -> Answers:
    """Return where answers are kept if nobody says.

    Voila shows one folder to many readers, whose answers must not meet there; a Python that runs in
    the browser has no folder that lasts.
    """
    if _of_the_host:
        return _of_the_host[0]
    voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return in_browser() if voila or sys.platform == "emscripten" else in_file()
