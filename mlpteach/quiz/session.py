"""A question and its reader: a message comes in, messages go out, all of them plain data.

This is all that a page needs, whatever carries the messages: a notebook's kernel (``widget.py``), a
worker in the browser, a test. No widget, plot or Jupyter is known here.

From the page come, each with a ``request`` of its own that is handed back:

- ``{"type": "answer", "answer": "0.5"}``: judge and keep;
- ``{"type": "draft", "draft": "0."}``: what is written and not yet answered;
- ``{"type": "again"}``: new numbers;
- ``{"type": "reveal"}``: the answer and its explanation, on a lecturer's page;
- ``{"type": "recall", "answer": …, "times": …, "digest": …}``: what the reader's browser has kept.

To the page go ``{"type": "state", "state": {…}}`` with the parts of the state that have changed,
and ``{"type": "done", "request": …}`` behind it.
"""

from types import SimpleNamespace
from typing import Any

from mlpteach.quiz.answers import Answers, default_answers
from mlpteach.quiz.asked_question import as_text
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.question import Question
from mlpteach.quiz.text.markup import to_html

_MOST_TIMES = 10_000  # that a question is asked again
_MOVED_ON = "The dashboard has moved on: “Numbers from the dashboard” asks about what it shows now."


class Session:
    """One question on one page.

    Parameters
    ----------
    question : Question
    seed : int or str
    run : Trace or dashboard, optional
        Where the numbers come from. A dashboard has ``trace``, ``values`` and ``position``.
    lecturer : bool
        Whether the page may reveal the answer.
    answers : Answers, optional
        Where answers are kept; by default beside the notebook.

    Attributes
    ----------
    asked : mlpteach.quiz.asked_question.AskedQuestion
        The question with its numbers.
    state : dict
        What the page starts from and shows, as plain data: "shown" (the question, without its
        key), "answer", "draft", "verdict" ({} before an answer), "revealed", "note".

    Examples
    --------
    >>> from mlpteach.quiz import QUESTIONS
    >>> from mlpteach.quiz.answers import nowhere
    >>> session = Session(QUESTIONS["only_the_last_sensitivity"], answers=nowhere())
    >>> state, done = session.receive({"type": "answer", "answer": "true", "request": 1})
    >>> state["state"]["verdict"]["right"], done
    (True, {'type': 'done', 'request': 1})
    """

    def __init__(
        self,
        question: Question,
        seed: int | str = 0,
        run: Any = None,
        lecturer: bool = False,
        answers: Answers | None = None,
    ) -> None:
        self.question, self._first_seed, self._run = question, seed, run
        self._lecturer = lecturer
        self._answers = default_answers() if answers is None else answers
        last = None if run is not None else self._answers.last_seed(question.id, seed)
        self._again = _times(last)
        self._show(question.ask(self.seed, run))
        self._told = dict(self.state)

    @property
    def seed(self):
        return f"{self._first_seed} again {self._again}" if self._again else self._first_seed

    # -- messages

    def receive(self, message: dict) -> list[dict]:
        """Do what the page asks for; what goes wrong is said there.

        Parameters
        ----------
        message : dict

        Returns
        -------
        list of dict
        """
        try:
            self._do(message)
        except Exception as error:
            self.state["note"] = f"{type(error).__name__}: {error}"
        return [
            {"type": "state", "state": self.changes()},
            {"type": "done", "request": message.get("request")},
        ]

    def changes(self) -> dict:
        """Return what has changed in the state since this was last asked."""
        changed = {n: value for n, value in self.state.items() if self._told.get(n) != value}
        self._told = dict(self.state)
        return changed

    def _do(self, message):
        kind = message.get("type")
        if kind == "answer":
            self.answer(message.get("answer", ""))
        elif kind == "draft":
            self.state["draft"] = as_text(message.get("draft")) or ""
        elif kind == "again":
            self.ask_again()
        elif kind == "reveal" and self._lecturer:
            self.reveal()
        elif kind == "recall" and self._answers.by_the_page:
            self._recall(message)

    # -- what can be done

    def answer(self, text: object) -> None:
        """Judge an answer and keep it; "" takes the last one back."""
        text = as_text(text) or ""
        self.state |= {"answer": text, "verdict": {}}
        if not text:
            return
        judged = self._judge(text)
        kept = self._answers.keep(
            self.question.id, self.seed, self.asked.digest, text, judged.right
        )
        self.state["note"] = kept or self._moved_on()

    def ask_again(self) -> None:
        """Ask with new numbers; of a dashboard, about the place it shows now."""
        self._again += 1
        asked = self.question.ask(self.seed, self._run)
        if asked.digest == self.asked.digest and self._bound:
            # Nothing was moved on the dashboard: another weight of the same update.
            position = {"k": self._run.position["k"]}
            shown = {"trace": self._run.trace, "values": self._run.values, "position": position}
            asked = self.question.ask(self.seed, SimpleNamespace(**shown))
        self._show(asked)

    def reveal(self) -> None:
        """Show the right answer and its explanation."""
        solution = self.asked.solution_html()
        self.state["revealed"] = {"solution": solution, "why": to_html(self.asked.why)}

    def look_at_the_dashboard(self) -> None:
        """Note whether the dashboard has moved on from what the question is about."""
        if self.state["note"] in ("", _MOVED_ON):
            self.state["note"] = self._moved_on()

    # -- what is shown

    def _show(self, asked, kept=None):
        self.asked, self._asked_about = asked, self._on_screen()
        kept = kept or self._answers.last(self.question.id, self.seed)
        shown = asked.shown()
        hint = f"{_where(asked)} {shown['hint']}" if self._bound else shown["hint"]
        self.state = {
            "shown": {
                **shown,
                "hint": hint,
                "bound": self._bound,
                "again": self.question.has_new_numbers,
                "lecturer": self._lecturer,
                "keep": self._kept_by_the_page(),
            },
            **{"answer": "", "draft": "", "verdict": {}, "revealed": {}, "note": ""},
        }
        if kept is not None:
            self._restore(kept)

    def _judge(self, text):
        judged = self.asked.judge(text)
        self.state["verdict"] = shown_verdict(judged)
        return judged

    def _restore(self, kept):
        answer, notebook = kept["answer"], kept.get("notebook", self._answers.notebook)
        if kept.get("digest") != self.asked.digest:
            note = f"The question has changed since you answered “{answer[:200]}”."
            self.state["note"] = note
            return
        self.state |= {"answer": answer, "draft": answer}
        self._judge(answer)
        if notebook != self._answers.notebook:
            self.state["note"] = f"Answered in {notebook}."

    def _kept_by_the_page(self):
        """Return what the page keeps beside the answer, and by which name; {} if it keeps none."""
        if not self._answers.by_the_page:
            return {}
        name = f"mlpteach {self.question.id} {self._first_seed}"
        return {"name": name, "times": self._again, "digest": self.asked.digest}

    def _recall(self, kept):
        """Show again what the reader's browser has kept."""
        times, answer = kept.get("times"), kept.get("answer")
        if not isinstance(answer, str) or type(times) is not int:
            return
        if self._run is None:
            self._again = min(max(times, 0), _MOST_TIMES)
        asked = self.question.ask(self.seed, self._run)
        self._show(asked, {"answer": as_text(answer), "digest": kept.get("digest")})

    # -- beside a dashboard

    @property
    def _bound(self):
        """Whether the question is about the place that a dashboard shows."""
        return hasattr(self._run, "position")

    def _on_screen(self):
        """Return what tells a dashboard's place from others; None without a dashboard."""
        if not self._bound:
            return None
        position = dict(self._run.position)
        return id(self._run.trace), *(position.get(name) for name in ("k", "row", "column"))

    def _moved_on(self):
        """Return a note if the dashboard shows another place than the one that is asked about."""
        return "" if self._on_screen() == self._asked_about else _MOVED_ON


def shown_verdict(judged: Judgement) -> dict:
    """Return a judgement as the page shows it."""
    return {
        "right": judged.right if judged.understood else None,
        "understood": judged.understood,
        "fraction": judged.fraction,
        "html": to_html(judged.message),
    }


def _where(asked):
    """Say which update and which weight of a dashboard a question is about."""
    weight = asked.weight
    if asked.question.type == "quantity":
        return f"About update {weight.step.k} of the dashboard."
    place = f"layer {weight.layer}, unit {weight.row + 1}, input {weight.column + 1}"
    return f"About update {weight.step.k} of the dashboard, the weight of {place}."


def _times(seed):
    """Return how often a question was asked again, from its kept seed."""
    tail = str(seed).rpartition(" again ")[2] if seed and " again " in str(seed) else ""
    return int(tail) if tail.isdecimal() else 0
