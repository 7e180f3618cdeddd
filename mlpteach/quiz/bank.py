"""The bank: all questions of a folder, by their ids."""

import difflib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlpteach.basics.arguments import describe
from mlpteach.quiz.question import Question
from mlpteach.quiz.question_files.read import question_error, read_tables, unchecked_question

BANK = Path(__file__).with_name("questions")


class Bank(Mapping[str, Question]):
    """The questions of a folder, read when first asked for; an id stands in one file only.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @functools.cached_property
    def _questions(self) -> dict[str, Question]:
        found: dict[str, Question] = {}
        for path in sorted(self._folder.glob("*.toml")):
            # Checking and asking each of them would take too long here; the tests do it.
            for id, table in read_tables(path).items():
                if id in found:
                    raise question_error(path, id, "id", f"stands in {found[id].lecture}.toml too.")
                found[id] = unchecked_question(id, table, path)
        return found

    def __getitem__(self, id: str) -> Question:
        return self._questions[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._questions)

    def __len__(self) -> int:
        return len(self._questions)

    def find(self, id: str) -> Question:
        """Return the question of an id; an unknown one is refused with the nearest.

        Raises
        ------
        TypeError, ValueError
        """
        if not isinstance(id, str):
            raise TypeError(f"a question's id must be a text; given {describe(id)}.")
        if id in self:
            return self[id]
        near = difflib.get_close_matches(id, self, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"question {id!r} is unknown.{hint} mt.quiz.QUESTIONS has all {len(self)}; "
            "pass a question of your own itself, not its id."
        )

    def of_lecture(self, start: str) -> dict[str, Question]:
        """Return the questions of the lecture whose file's name starts so, such as "02"."""
        return {id: q for id, q in self.items() if q.lecture.startswith(start)}


QUESTIONS = Bank(BANK)
