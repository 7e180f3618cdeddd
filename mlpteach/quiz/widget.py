"""A question as a widget: a shell that carries messages between the page and a session."""

from typing import Any

import traitlets

from mlpteach.player.cell_widget import CellWidget
from mlpteach.quiz.answers import Answers
from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.page_source import MODULE, STYLE
from mlpteach.quiz.question import Question
from mlpteach.quiz.session import Session

# Beside a dashboard in an HBox: neither pushes the other together.
_LAYOUT = {"flex": "1 1 auto", "min_width": "min(100%, 20em)"}
# Traits of a dashboard that a question about its run listens to.
_OF_THE_DASHBOARD = ["position", "spec"]


class QuestionWidget(CellWidget):
    """A question with its explanation after the answer. The page does not carry the key.

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
    session : mlpteach.quiz.session.Session
        What asks, judges and keeps.
    """

    _esm = MODULE
    _css = STYLE
    shown = traitlets.Dict().tag(sync=True)
    answer = traitlets.Unicode().tag(sync=True)
    draft = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
    revealed = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        question: Question,
        seed: int | str = 0,
        run: Any = None,
        lecturer: bool = False,
        answers: Answers | None = None,
    ) -> None:
        self.session = Session(question, seed, run, lecturer, answers)
        self._dashboard = run if hasattr(run, "observe") else None
        super().__init__(layout=_LAYOUT, **self.session.state)
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        """Return what stands where no widget can: in an untrusted notebook, in a log."""
        return f"Question: {self.asked}"

    def open(self) -> None:
        """Bring the question to the pages, and listen to its dashboard."""
        super().open()
        if self._dashboard is not None:
            self._dashboard.observe(self._dashboard_moved, _OF_THE_DASHBOARD)

    def close(self) -> None:
        """Take the question off all pages; its answers are kept."""
        if self._dashboard is not None and self.comm is not None:
            self._dashboard.unobserve(self._dashboard_moved, _OF_THE_DASHBOARD)
        super().close()

    @property
    def asked(self) -> AskedQuestion:
        return self.session.asked

    @property
    def right(self) -> bool | None:
        return self.verdict.get("right")

    def ask_again(self) -> None:
        """Ask with new numbers; of a dashboard, about the place it shows now."""
        self.session.ask_again()
        self._tell(self.session.changes())

    def reveal(self) -> None:
        """Show the right answer and its explanation."""
        self.session.reveal()
        self._tell(self.session.changes())

    def _receive(self, _, message, buffers):
        state, done = self.session.receive(message)
        self._tell(state["state"])
        self.send(done)

    def _tell(self, changed):
        """Bring to the page what has changed in the session."""
        with self.hold_sync():
            for name, value in changed.items():
                setattr(self, name, value)

    def _dashboard_moved(self, _):
        self.session.look_at_the_dashboard()
        self._tell(self.session.changes())

    @traitlets.validate("answer", "draft")
    def _writable(self, proposal):
        """Take any text; half characters would stop every later message."""
        return proposal["value"].encode("utf-8", "replace").decode()

    @traitlets.observe("answer", "draft")
    def _written(self, change):
        """Pass on what was written into a trait, by Python or the page."""
        name, text = change["name"], change["new"]
        if text != self.session.state[name]:
            state, _ = self.session.receive({"type": name, name: text})
            self._tell(state["state"])
