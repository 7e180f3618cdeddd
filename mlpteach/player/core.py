"""The core of a dashboard: control values in, a history out, a page's messages answered.

Plain Python: it lives in a notebook's kernel behind a widget, and as well wherever else a page may
find it. What travels is written down in :mod:`mlpteach.player.spec`.
"""

import json
import traceback
from collections.abc import Callable, Collection, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpteach.basics.arguments import check_count, check_new_file, describe
from mlpteach.player import saved, state
from mlpteach.player.controls import Control, Point, by_name, check_values
from mlpteach.player.guide import Guide, GuidedStep, check_guide
from mlpteach.player.position import START, check_position, inside
from mlpteach.player.runs import deflated, entries_of, is_large, run_bytes, run_length
from mlpteach.player.spec import describe_control, describe_show
from mlpteach.run.trace import Trace
from mlpteach.views.checks import check_kind, check_text
from mlpteach.views.figure import figure
from mlpteach.views.frames import HISTORY_BYTES
from mlpteach.views.panels import Plot, Show, Text
from mlpteach.views.pictures import picture_key, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Build = Callable[[dict[str, Any]], Show]
Follow = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
Message = dict[str, Any]

# What travels when a dashboard is first shown, and when a control changes; what follows included.
FIRST_BYTES, CHANGE_BYTES = 1_000_000, 300_000

# From a page: what a message of each type holds besides.
_MESSAGES = {
    "configure": ("values",),
    "restore": ("text",),
    "window": ("first", "last", "sequence"),
    "position": ("position",),
    "step": ("number",),
    "away": (),
}


class Core:
    """A dashboard without a face: it holds what is shown, and answers any page.

    Parameters
    ----------
    build : callable
        values (dict of control name -> value) -> :class:`~mlpteach.views.panels.Show`.
    controls : sequence of Choice, Several, Slider, Toggle or Point
    values : dict
        Where the controls start.
    title : str
    name : str
        Short name of the dashboard, with which its state's text starts.
    follow : callable, optional
        (values before, values asked for) -> values: what else changes where the reader moves a
        control, such as the start on another landscape. Not asked when a state is restored.
    guide : sequence of GuidedStep
        What to try, see :class:`~mlpteach.player.guide.GuidedStep`; :meth:`take_step` does it.

    Attributes
    ----------
    guide : tuple of GuidedStep
    show : Show
        What is on the screen.
    values : dict
        Values of the controls on the screen.
    controls : dict of str to Control
    sequence : int
        How many histories there have been.

    Raises
    ------
    ValueError, TypeError
        For what does not fit together: a control without a value, a name that stands twice …

    Examples
    --------
    >>> import numpy as np
    >>> from mlpteach.player import Slider
    >>> from mlpteach.views import Row, Show, Table
    >>> def build(values):
    ...     table = Table("", "powers", ("power",), (Row("of a", ("power",)),))
    ...     return Show({}, 3, (table,), {"power": values["a"] ** np.arange(1.0, 4.0)})
    >>> core = Core(build, [Slider("a", "a", 1.0, 9.0)], {"a": 2.0}, "Powers", "powers")
    >>> core.show.series["power"]
    array([2., 4., 8.])
    >>> [message["type"] for message, _ in core.answer({"type": "configure", "values": {"a": 3}})]
    ['history', 'configured']
    >>> core.state
    'powers?k=1&line=0&row=0&column=0&a=3.0'
    """

    def __init__(
        self,
        build: Build,
        controls: Sequence[Control],
        values: dict[str, Any],
        title: str,
        name: str,
        follow: Follow | None = None,
        guide: Guide = (),
    ) -> None:
        _check_functions(build, follow)
        self.title, self.name = check_text("title", title), _check_name(name)
        self._build, self._follow = build, follow
        self.controls = by_name(controls)
        self._opened = check_values(self.controls, values)
        self.guide = check_guide(guide)
        self._named = [self._read_step(step) for step in self.guide]
        self._position, self.sequence = START, 0
        self._update(self._opened)

    def __repr__(self) -> str:
        where = f"{self.show.unit or 'step'} {self.position['k']} of {self.show.steps}"
        return f"<Core {self.title!r}: {where}>"

    @property
    def traces(self) -> dict[str, Trace]:
        """The runs on the screen, by their names."""
        return self.show.traces

    @property
    def trace(self) -> Trace | None:
        """The first of the runs on the screen; None without one."""
        return next(iter(self.traces.values()), None)

    def configure(self, **values: Any) -> None:
        """Set controls from Python, as if they had been moved on the page.

        Raises
        ------
        ValueError, TypeError
            For an unknown control or a value that it can't have; the old history stays.
        """
        self._change(values)

    @property
    def state(self) -> str:
        """Values and position as one short text; set it to get the same picture again."""
        return state.write(self.name, self.values, self.position)

    @state.setter
    def state(self, text: str) -> None:
        values, position = state.read(text, self.name, self.controls.values())
        self._update(check_values(self.controls, values, self.values))
        self.position = position

    def take_step(self, number: int) -> None:
        """Take a step of the guide: set its whole state, whatever was set before.

        Parameters
        ----------
        number : int
            From 1.

        Raises
        ------
        ValueError, TypeError
            Without such a step, or where its numbers can't be computed; the old history stays.
        """
        if not self.guide:
            raise ValueError("this dashboard has no guided steps.")
        number = check_count("number", number, maximum=len(self.guide))
        values, position = self._step_state(number)
        self._update(values, number)
        self.position = position

    def open_at(self, text: str) -> None:
        """Set what a short state names, such as ``"race?k=40&landscape=saddle"``.

        Unlike :attr:`state` it resets what is not named: to what follows from it, such as the start
        on a landscape, else to what the dashboard opened with.

        Raises
        ------
        ValueError, TypeError
            For a text that is no state of this dashboard: what is allowed.
        """
        values, position = self._with_what_follows(
            *state.read(text, self.name, self.controls.values())
        )
        self._update(values)
        self.position = position

    def _read_step(self, step: GuidedStep) -> tuple[dict[str, Any], dict[str, int]]:
        """Return (values, position) that a guided step names."""
        try:
            text = state.named(step.state, self.name)
            return state.read(text, self.name, self.controls.values())
        except (TypeError, ValueError) as error:
            raise type(error)(f"the state of the guided step {step.name!r}: {error}") from None

    def _step_state(self, number):
        """Return (all values, position) of a guided step."""
        return self._with_what_follows(*self._named[number - 1])

    def _with_what_follows(self, named, position):
        values = {**self._opened, **named}
        if self._follow is not None:
            values = {**self._follow(self._opened, values), **named}
        return check_values(self.controls, values), {**START, **position}

    @property
    def position(self) -> dict[str, int]:
        """Where the page stands: "k", from 1, and "line", "row", "column", from 0.

        What is set lands inside the history; what is left out stays as it is.
        """
        return dict(self._position)

    @position.setter
    def position(self, given: dict[str, int]) -> None:
        self._position = inside({**self._position, **check_position(given)}, self.spec)

    def jump(self) -> str:
        """Go where the words on the screen lead, see :class:`~mlpteach.views.panels.Jump`.

        Returns
        -------
        str
            What they say of the place; of there being none.
        """
        texts = [panel for panel in self.show.panels if isinstance(panel, Text)]
        leading = next((text for text in texts if text.jump), None)
        if leading is None or leading.jump is None:
            return texts[0].lines[0] if texts else "There is no place to go to."
        wanted = {n: value for n, value in leading.jump.values.items() if n in self.controls}
        if wanted != {name: self.values[name] for name in wanted}:
            self._change(wanted)
        self.position = dict(leading.jump.position)
        return leading.lines[0]

    def figure(self, k: int | None = None) -> "Figure":
        """Draw the dashboard as a matplotlib figure, for print and PDF.

        Parameters
        ----------
        k : int, optional
            The step, from 1; by default the one on the screen.

        Returns
        -------
        matplotlib.figure.Figure
        """
        position = self.position
        k = position["k"] if k is None else k
        return figure(self.show, k, position["row"], position["column"])

    def save_html(self, path: str | PathLike[str]) -> Path:
        """Save the dashboard as one file that plays without network and without Python.

        Parameters
        ----------
        path : str or Path
            Overwritten if it is there.

        Returns
        -------
        Path

        Raises
        ------
        FileNotFoundError, IsADirectoryError, TypeError
            Where `path` can't be a file: its folder is not there, or it is a folder itself.
        """
        path = check_new_file("path", path)
        here = saved.History(self.spec, self.show, self.numbers, self.pictures(), self.position)
        return saved.write(path, here, self.guided_histories())

    def guided_histories(self) -> list[saved.History | None]:
        """Return what a page shows of each guided step; None where that can't be computed."""
        return [self._guided_history(i + 1) for i in range(len(self.guide))]

    def _guided_history(self, number):
        """Return the history of a guided step; None where it can't be computed."""
        values, position = self._step_state(number)
        try:
            show = self.show if values == self.values else self._build(values)
            spec, numbers = self._described(show, values, number)
        except Exception:  # to be told when it is taken, where there is Python
            return None
        return saved.History(spec, show, numbers, pictures_of(show), inside(position, spec))

    # -- what travels

    @property
    def frames(self) -> bytes:
        """The frames that travel with the history, as bytes."""
        frames, place = self.show.frames, self.position
        if not frames:
            return b""
        values = frames.at(self.spec["held"])
        if not is_large(frames):
            return np.ascontiguousarray(values, dtype="<f8").tobytes()
        return run_bytes(frames, self.spec["fields"], values, place["row"], place["column"])

    def pictures(self, held: Collection[str] = ()) -> dict[str, dict[str, str]]:
        """Draw the pictures that the page needs, but for those whose keys it has.

        Returns
        -------
        dict of str to dict
        """
        return pictures_of(self.show, held)

    def history(self, held: Collection[str] = ()) -> tuple[Message, list[bytes]]:
        """Return the message with all that is on the screen, and its buffers."""
        self._hold_position()
        message = {
            "type": "history",
            "spec": self.spec,
            "pictures": self.pictures(held),
            "position": self.position,
        }
        buffers = [self.numbers, self.frames]
        if self.show.frames:
            self.spec["ahead"] = FIRST_BYTES  # its digits are counted, too
            self.spec["ahead"] = self._room(message, buffers)
        return message, buffers

    def _room(self, message, buffers):
        """Return how many bytes may follow a history before the reader asks for more."""
        taken = len(json.dumps(message)) + sum(map(len, buffers))
        return max(0, (FIRST_BYTES if self.sequence == 1 else CHANGE_BYTES) - taken)

    def _hold_position(self):
        """Let the frame of the step that the page opens at travel with the history.

        Where two are too much, it travels alone.
        """
        frames = self.show.frames
        if frames and self.show.steps:
            others = frames.held if 2 * 8 * frames.size <= HISTORY_BYTES else ()
            place = self.position
            held = sorted({*others, place["k"]})
            chosen = [place["row"], place["column"]] if is_large(frames) else None
            length = run_length(frames, self.spec["fields"])
            self.spec = {**self.spec, "held": held, "chosen": chosen, "length": length}

    def answer(self, message: Message) -> list[tuple[Message, list[bytes]]]:
        """Return what a page gets for its message; whatever goes wrong is told there, never lost.

        Parameters
        ----------
        message : dict

        Returns
        -------
        list of (dict, list of bytes)
            Messages with their buffers.
        """
        try:
            kind = _check_message(message)
            return getattr(self, f"_answer_{kind}")(message)
        except Exception as error:
            told = "".join(traceback.format_exception_only(error)).strip()
            request = message.get("request") if isinstance(message, dict) else None
            return [({"type": "failed", "request": request, "message": told}, [])]

    def _answer_configure(self, message):
        place = check_position(message.get("position", {}))
        self._change(message["values"])
        self.position = place
        return self._configured(message)

    def _answer_restore(self, message):
        self.state = message["text"]
        return self._configured(message)

    def _answer_step(self, message):
        self.take_step(message["number"])
        return self._configured(message)

    def _configured(self, message):
        history = self.history(message.get("pictures", ()))
        return [history, ({"type": "configured", "request": message.get("request")}, [])]

    def _answer_window(self, message):
        if message["sequence"] != self.sequence:
            return []
        steps = self.show.steps
        first = check_count("first", message["first"], maximum=steps)
        last = check_count("last", message["last"], minimum=first, maximum=steps)
        frames = self.show.frames
        asked = {name: message[name] for name in ("row", "column") if name in message}
        place = inside({**self.position, **check_position(asked)}, self.spec)
        kept = ("type", "first", "last", "sequence", "request", "entries")
        answer = {name: message.get(name) for name in kept}
        row, column = answer["row"], answer["column"] = place["row"], place["column"]
        values = frames.read(first, last)
        if message.get("entries"):
            run = entries_of(frames, values, row, column)
        else:
            run = run_bytes(frames, self.spec["fields"], values, row, column)
        return [(answer, [deflated(run)])]

    def _answer_away(self, message):
        return []

    def _answer_position(self, message):
        self.position = message["position"]
        return []

    # -- changing

    def _change(self, values):
        if self._follow is not None:
            asked = check_values(self.controls, values, self.values)
            values = self._follow(self.values, asked)
        left = self.spec["guided"]
        self._update(check_values(self.controls, values, self.values))
        if left:  # the step's sentence is still read, though no longer of what is shown
            self.spec = {**self.spec, "guided": {**left, "changed": True}}

    def _update(self, values, step=0):
        """Show a history for checked values of all controls; where it fails the old one stays.

        `step` is the guided step that asks for it.
        """
        show = check_kind("what build returns", self._build(values), Show)
        _check_clicks(show, self.controls)
        self.spec, self.numbers = self._described(show, values, step)
        self.values, self.show = values, show
        self.sequence += 1
        self.spec["sequence"] = self.sequence
        self.position = {}  # a shorter history may end before it

    def _described(self, show, values, step):
        """Return (spec, numbers) of a show; `step` is the number of the guided step, or 0."""
        guided = self._guided(show, step) if step else None
        described, numbers = describe_show(show)
        spec = {
            **described,
            "sequence": self.sequence,
            "chosen": None,
            "name": self.name,
            "title": self.title,
            "controls": [describe_control(control) for control in self.controls.values()],
            "values": values,
            "guide": [step.name for step in self.guide],
            "guided": guided,
        }
        return spec, numbers

    def _guided(self, show, step):
        return {"step": step, "changed": False, **self.guide[step - 1].fill(show)}


def pictures_of(show: Show, held: Collection[str] = ()) -> dict[str, dict[str, str]]:
    """Draw the pictures of a show's plots, but for those whose keys are held already."""
    axes = (panel.axes for panel in show.panels if isinstance(panel, Plot))
    needed = {picture_key(one): one for one in axes}
    return {key: dict(vars(render(one))) for key, one in needed.items() if key not in held}


def _check_functions(build, follow):
    if not callable(build):
        raise TypeError(f"build must be a function values -> Show; given {describe(build)}.")
    if follow is not None and not callable(follow):
        raise TypeError(
            f"follow must be a function (before, asked) -> values; given {describe(follow)}."
        )


def _check_name(name):
    """Return a name that a state's text can start with."""
    if not check_text("name", name) or set(name) & set("?&=# "):
        raise ValueError(f"name must be a short text without ? & = # or spaces; given {name!r}.")
    return name


def _check_clicks(show, controls):
    """Raise where a click on a plot should set what is no Point."""
    for panel in show.panels:
        click = panel.click if isinstance(panel, Plot) else ""
        if click not in ("", "step") and not isinstance(controls.get(click), Point):
            raise ValueError(f'click must be "", "step" or the name of a Point; given {click!r}.')


def _check_message(message):
    """Return the type of a page's message that has all it needs."""
    if not isinstance(message, dict):
        raise TypeError(f"a message must be a dict; given {describe(message)}.")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in _MESSAGES:
        raise ValueError(f"unknown message type {kind!r}; allowed: {', '.join(_MESSAGES)}.")
    missing = [name for name in _MESSAGES[kind] if name not in message]
    if missing:
        raise ValueError(f"a message of the type {kind} needs {', '.join(missing)}.")
    return kind
