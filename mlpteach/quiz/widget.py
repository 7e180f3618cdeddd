"""A question on the page. The kernel judges, so the page does not carry the key."""

import os
from pathlib import Path
from types import SimpleNamespace

import anywidget
import traitlets

from mlpteach import player
from mlpteach.basics.arguments import check_flag
from mlpteach.quiz.answers import Answers, InBrowser, default_answers, this_notebook
from mlpteach.quiz.bank import QUESTIONS
from mlpteach.quiz.question import Question
from mlpteach.quiz.text.markup import to_html

_HERE = Path(__file__).parent
# Dashboards make their elements in the same way.
_ELEMENT = Path(player.__file__).parent / "page" / "element.js"
_MOST_TIMES = 10_000  # that a question is asked again
# Beside a dashboard in an HBox: neither pushes the other together.
_LAYOUT = {"flex": "1 1 auto", "min_width": "min(100%, 20em)"}
_MOVED_ON = "The dashboard has moved on: “Numbers from the dashboard” asks about what it shows now."


class QuestionWidget(anywidget.AnyWidget):
    """A question with its explanation after the answer.

    Parameters
    ----------
    question : Question
    seed : int or str
    run : Trace or dashboard, optional
    lecturer : bool
        Large, with the explanation behind a button.
    answers : Answers, optional
        Where answers are kept; by default beside the notebook.

    Attributes
    ----------
    answer : str
        What was answered, "" before. Kept beside the notebook; may be changed.
    draft : str
        What is written and not yet answered.
    right : bool or None
        Verdict on `answer`; None where there is none.
    asked : mlpteach.quiz.asked_question.AskedQuestion
        The question with its numbers.
    """

    _esm = "\n".join(part.read_text("utf-8") for part in (_ELEMENT, _HERE / "page" / "question.js"))
    _css = _HERE / "page" / "question.css"
    shown = traitlets.Dict().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)
    draft = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
    revealed = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(self, question, seed=0, run=None, lecturer=False, answers=None):
        self.question, self._first_seed, self._run = question, seed, run
        self._lecturer = lecturer
        self._answers = answers or default_answers()
        asked = question.ask(seed, run)
        super().__init__(layout=_LAYOUT)
        last = None if run is not None else self._answers.last_seed(question.id, seed)
        self._again = _times(last)
        self._show(question.ask(last, run) if self._again else asked)
        self.on_msg(self._receive)
        if hasattr(run, "observe"):
            run.observe(self._compare_places, ["position", "spec"])

    @property
    def _bound(self):
        """Whether the question is about the place that a dashboard shows."""
        return hasattr(self._run, "position")

    def _place_on_screen(self):
        """Return what tells a dashboard's place from others; None without a dashboard."""
        if not self._bound:
            return None
        position = dict(self._run.position)
        return id(self._run.trace), *(position.get(name) for name in ("k", "row", "column"))

    def _moved_on(self):
        """Return a note if the dashboard shows another place than the one that is asked about."""
        return "" if self._place_on_screen() == self._asked_about else _MOVED_ON

    def _compare_places(self, _):
        if self.note in ("", _MOVED_ON):
            self.note = self._moved_on()

    @property
    def seed(self):
        return f"{self._first_seed} again {self._again}" if self._again else self._first_seed

    @property
    def right(self):
        return self.verdict.get("right")

    def ask_again(self):
        """Ask with new numbers; of a dashboard, about the place it shows now."""
        self._again += 1
        asked = self.question.ask(self.seed, self._run)
        if asked.digest == self.asked.digest and self._bound:
            # Nothing was moved on the dashboard: another weight of the same update.
            place = {"k": self._run.position["k"]}
            run = SimpleNamespace(trace=self._run.trace, values=self._run.values, position=place)
            asked = self.question.ask(self.seed, run)
        self._show(asked)

    def reveal(self):
        """Show the right answer and its explanation."""
        self.revealed = {
            "solution": _readable(self.asked),
            "why": to_html(self.asked.why),
        }

    def _show(self, asked, kept=None):
        self.asked, self._asked_about = asked, self._place_on_screen()
        kept = kept or self._answers.last(self.question.id, self.seed)
        with self.hold_sync():
            self.revealed, self.verdict, self.answer, self.draft, self.note = {}, {}, "", "", ""
            shown = asked.shown()
            self.shown = {
                **shown,
                "hint": " ".join([_where(asked), shown["hint"]]) if self._bound else shown["hint"],
                "bound": self._bound,
                "again": self.question.has_new_numbers,
                "lecturer": self._lecturer,
                "keep": self._kept_by_the_page(),
            }
            if kept is not None:
                self._restore(kept)

    def _kept_by_the_page(self):
        """Return what the page keeps beside the answer, and by which name; {} if it keeps none."""
        if not isinstance(self._answers, InBrowser):
            return {}
        name = f"mlpteach {self.question.id} {self._first_seed}"
        return {"name": name, "times": self._again, "digest": self.asked.digest}

    def _recall(self, kept):
        """Show again what the reader's browser has kept."""
        times, answer = kept.get("times"), kept.get("answer")
        if not self._kept_by_the_page() or not isinstance(answer, str) or type(times) is not int:
            return
        if self._run is None:
            self._again = min(max(times, 0), _MOST_TIMES)
        asked = self.question.ask(self.seed, self._run)
        self._show(asked, {"answer": answer, "digest": kept.get("digest")})

    def _restore(self, kept):
        if kept.get("digest") == self.asked.digest:
            self._restoring = True
            self.answer = self.draft = kept["answer"]
            self._restoring = False
            if kept.get("notebook", this_notebook()) != this_notebook():
                self.note = f"Answered in {kept['notebook']}."
        else:
            self.note = f"The question has changed since you answered “{kept['answer'][:200]}”."

    _restoring = False

    @traitlets.validate("answer", "draft")
    def _writable(self, proposal):
        """Take any text; half characters would stop every later message."""
        return proposal["value"].encode("utf-8", "replace").decode()

    @traitlets.observe("answer")
    def _judge(self, change):
        if not change["new"]:
            self.verdict = {}
            return
        judged = self.asked.judge(change["new"])
        with self.hold_sync():
            self.verdict = {
                "right": judged.right if judged.understood else None,
                "understood": judged.understood,
                "fraction": judged.fraction,
                "html": to_html(judged.message),
            }
            if not self._restoring:
                kept = self._answers.keep(
                    self.question.id, self.seed, self.asked.digest, change["new"], judged.right
                )
                self.note = kept or self._moved_on()

    def _receive(self, _, content, buffers):
        """Do what a button of the page asks for; what goes wrong is said there."""
        try:
            kind = content.get("type")
            if kind == "again":
                self.ask_again()
            elif kind == "reveal" and self._lecturer:
                self.reveal()
            elif kind == "recall":
                self._recall(content)
            elif kind == "judge":  # the same answer once more
                self.answer = ""
                self.answer = str(content.get("answer", ""))
        except Exception as error:
            self.note = f"{type(error).__name__}: {error}"


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


def _readable(asked):
    """Return a right answer as lines of HTML; choices with their letters, as the page has them."""
    shown = asked.shown_fields()
    if "lines" in shown:
        lines = {line["key"]: line["html"] for line in shown["lines"]}
        return [lines[letter] for letter in asked.solution.split(", ")]
    if asked.question.type == "true_false":
        return [asked.solution.capitalize()]
    if "choices" in shown:
        right = [choice for choice in shown["choices"] if choice["key"] in asked.right]
        return [f"({choice['key']}) {choice['html']}" for choice in right]
    return [to_html(f"`{asked.solution}`")] if shown["field"] == "formula" else [asked.solution]


def ask(id, run=None, *, seed=None, lecturer=False, keep=True):
    """Show a question.

    Parameters
    ----------
    id : str or Question
        A key of ``mlpteach.quiz.QUESTIONS``, or a question of your own from
        ``mlpteach.quiz.read`` or ``mlpteach.quiz.read_jupyterquiz``.
    run : Trace or dashboard, optional
        Where a question takes its numbers from: with a dashboard, from the update and the weight
        on the screen. By default a seeded run.
    seed : int or str, optional
        Decides the numbers: every student who puts in a name of their own gets other ones. By
        default the user's name on a JupyterHub, elsewhere 0.
    lecturer : bool
        For the projector: large, with a button that reveals the explanation.
    keep : bool
        Whether answers are kept: in ``mlpteach-answers.jsonl`` beside the notebook, under Voila in
        the reader's browser.

    Returns
    -------
    QuestionWidget

    Raises
    ------
    ValueError, TypeError
        For an unknown id, or a run that has not what the question asks about.
    """
    from mlpteach.quiz.answers import Forgotten

    question = id if isinstance(id, Question) else QUESTIONS.find(id)
    seed = os.environ.get("JUPYTERHUB_USER", 0) if seed is None else seed
    check_flag("lecturer", lecturer)
    answers: Answers = default_answers() if check_flag("keep", keep) else Forgotten()
    return QuestionWidget(question, seed, run, lecturer, answers)
