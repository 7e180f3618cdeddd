"""Answers are kept in a file beside the notebook, so that they are there when it is opened again.

One line of JSON an answer, only ever appended: nothing is lost, also what was changed later. It
does not matter whether the notebook's outputs were saved, nor which program shows it.
"""

import datetime
import json
import os
from pathlib import Path

FILE = "mlpteach-answers.jsonl"


class Answers:
    """The kept answers of one folder.

    Parameters
    ----------
    folder : str or Path, optional
        By default the one the notebook runs in.
    """

    def __init__(self, folder="."):
        self.path = Path(folder).resolve() / FILE

    def last(self, id, seed):
        """Return the last answer to a question with this seed, None if there is none.

        Returns
        -------
        dict or None
            "answer", "digest" (of what was asked), "seed", "right", "time", "notebook" (where it
            was answered, if that is known).
        """
        found = None
        for entry in self.entries():
            if entry.get("question") == id and entry.get("seed") == str(seed):
                found = entry
        return found

    def last_seed(self, id, first):
        """Return how often a question was asked with new numbers after its first seed."""
        seeds = [entry.get("seed", "") for entry in self.entries() if entry.get("question") == id]
        again = [seed for seed in seeds if seed == str(first) or seed.startswith(f"{first} again ")]
        return again[-1] if again else None

    def entries(self):
        """Return all kept answers, oldest first; broken lines are passed over."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        found = []
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and isinstance(entry.get("answer"), str):
                found.append(entry)
        return found

    def keep(self, id, seed, digest, answer, right):
        """Append an answer; return "" or why it could not be kept."""
        entry = {
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "question": id,
            "seed": str(seed),
            "digest": digest,
            "answer": answer,
            "right": right,
        }
        if notebook := this_notebook():
            entry["notebook"] = notebook
        line = json.dumps(entry, ensure_ascii=True) + "\n"
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            return f"Your answer could not be kept in {self.path}: {error.strerror}."
        return ""


class Forgotten(Answers):
    """Keeps nothing: for pages that many people use at once."""

    def entries(self):
        return []

    def keep(self, id, seed, digest, answer, right):
        return ""


class InBrowser(Forgotten):
    """Leaves the keeping to each reader's own browser (``question.js``), told by the page."""


def this_notebook():
    """Return the name of the notebook that runs this, "" where the server does not tell it."""
    name = Path(os.environ.get("JPY_SESSION_NAME", "")).name
    return name if name.endswith(".ipynb") else ""


def default_answers():
    """Return where this notebook's answers are kept.

    Voila shows one folder to many readers, whose answers must not meet there.
    """
    voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila")
    return InBrowser() if voila else Answers()
