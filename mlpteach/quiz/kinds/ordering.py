"""Lines to be put in order; any order in which no line comes before what it needs is right."""

import re
import string

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.kinds.choice import as_entries, read_letters
from mlpteach.quiz.text.markup import to_html
from mlpteach.quiz.typed.fillers import without_words_before
from mlpteach.quiz.typed.spelling import Unreadable


class Ordering(AskedQuestion):
    """Every line names the lines it needs; the file's own order is one that works."""

    hint = "Drag the lines, use their arrows, or Alt with the arrow keys."

    def prepare(self, rng, run):
        lines = self.fields["line"]
        order = list(rng.permutation(len(lines)))
        if self._problems([lines[i] for i in order]) == []:
            order.reverse()  # not already right
        self.lines = dict(zip(string.ascii_lowercase, [lines[i] for i in order], strict=False))

    @property
    def lettered(self):
        return {letter: line["text"] for letter, line in self.lines.items()}

    def shown_fields(self):
        return {"lines": as_entries(self.lettered)}

    def solution_html(self):
        return [to_html(self.lettered[letter]) for letter in self.solution.split(", ")]

    @property
    def solution(self):
        names = [line["name"] for line in self.fields["line"]]
        letters = {line["name"]: letter for letter, line in self.lines.items()}
        return ", ".join(letters[name] for name in names)

    @property
    def steps(self):
        """The earliest step, from 1, at which each line can run, by its name.

        Other systems accept a single order; a step is unique even where several orders work.
        """
        found = {}
        for line in self.fields["line"]:
            found[line["name"]] = 1 + max((found[n] for n in line.get("needs", ())), default=0)
        return found

    def judge_text(self, text):
        letters = _in_order(text)
        read_letters(" ".join(letters), self.lines)
        if sorted(letters) != sorted(self.lines):
            missing = ", ".join(letter for letter in self.lines if letter not in letters)
            amiss = f"`{missing}` is missing" if missing else "a letter stands twice"
            raise Unreadable(f"each of {', '.join(self.lines)} is needed once, and {amiss}")
        problems = self._problems([self.lines[letter] for letter in letters])
        if not problems:
            return Judgement(1.0, self.why)
        needs = sum(len(line.get("needs", ())) for line in self.fields["line"])
        line, needed = problems[0]
        message = too_early(line, needed)
        return Judgement(
            max(0.0, 1 - 2 * len(problems) / needs), message, f"{line['name']}_too_early"
        )

    def text_read(self, text):
        return ", ".join(_in_order(text))

    def _problems(self, lines):
        """Return (line, the line it needs) for each that comes too early."""
        by_name = {line["name"]: line for line in lines}
        seen, problems = set(), []
        for line in lines:
            problems += [(line, by_name[n]) for n in line.get("needs", ()) if n not in seen]
            seen.add(line["name"])
        return problems


def too_early(line: dict, needed: dict) -> str:
    """Say what is amiss with a line before one that it needs."""
    return f"“{line['text']}” stands before “{needed['text']}”, but needs it. {line['why']}"


def _in_order(text):
    """Return the letters of a text in its order; they may stand side by side."""
    letters = re.findall(r"[^\W\d_]+", without_words_before(text).lower())
    return list(letters[0]) if len(letters) == 1 else letters
