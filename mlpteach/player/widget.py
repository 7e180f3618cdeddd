"""The widget under every dashboard: the history travels once, the browser plays it.

The page (``page/*.js``) draws, steps and plays by itself. It asks the kernel for three things:
``configure``, a new history for other control values (one request in flight, the newest value
wins); ``window``, frames of steps that did not travel with the history; ``restore``, a state.
"""

import math
import traceback
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from mlpteach.basics.arguments import check_count, describe
from mlpteach.player import saved, state
from mlpteach.player.spec import describe_control, describe_show
from mlpteach.views.figure import figure

_PAGE = Path(__file__).parent / "page"
# One ES module without a bundler: the parts one behind the other, each knows those above it.
_PARTS = (
    "element", "numbers", "state", "history", "plot", "heat", "table", "ledger", "controls",
    "transport", "dashboard", "render",
)  # fmt: skip
# Beside something else in an HBox: the page adapts to its width, so by itself it asks for none.
_LAYOUT = {"flex": "1 1 auto", "min_width": "min(100%, 560px)"}


class Player(anywidget.AnyWidget):
    """A dashboard that steps and plays through a history, forwards and backwards.

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

    Attributes
    ----------
    show : Show
        What is on the screen.
    traces : dict of str to Trace
        The runs on the screen; ``trace`` is the first of them.
    values : dict
        Values of the controls on the screen.
    position : dict
        Where the page stands: ``k``, ``line``, ``row``, ``column`` (counted from 0 but for k). Set
        it to send the page there.
    state : str
        Values and position as one short text; set it to get the same picture again.
    """

    _esm = "\n".join((_PAGE / f"{part}.js").read_text("utf-8") for part in _PARTS)
    _css = _PAGE / "player.css"
    spec = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Bytes().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    position = traitlets.Dict().tag(sync=True)

    def __init__(self, build, controls, values, title, name, follow=None):
        super().__init__(layout=_LAYOUT)
        self._build, self._follow = build, follow
        self._controls = {control.name: control for control in controls}
        self._title, self._name = title, name
        self._sequence = 0
        self.values = dict(values)
        self.on_msg(self._receive)
        self._update(self.values)

    # -- for readers

    @property
    def traces(self):
        return self.show.traces

    @property
    def trace(self):
        return next(iter(self.traces.values()), None)

    def configure(self, **values):
        """Set controls from Python, as if they had been moved on the page.

        Raises
        ------
        ValueError, TypeError
            For an unknown control or a value that it can't have; the old history stays.
        """
        self._change(values)

    @property
    def state(self):
        return state.write(self._name, self.values, self.position)

    @state.setter
    def state(self, text):
        values, position = state.read(text, self._name, self._controls.values())
        self._update(values)
        self.position = position

    def figure(self, k=None):
        """Draw the dashboard as a matplotlib figure, for print and PDF.

        Parameters
        ----------
        k : int, optional
            The step, from 1; by default the one on the screen.

        Returns
        -------
        matplotlib.figure.Figure
        """
        place = self.position
        return figure(self.show, place["k"] if k is None else k, place["row"], place["column"])

    def save_html(self, path):
        """Save the dashboard as one file that plays without network and without Python.

        Parameters
        ----------
        path : str or Path
            Overwritten if it is there.

        Returns
        -------
        Path
        """
        spec = {**self.spec, "position": self.position}
        return saved.write(path, self._esm, self._css, spec, self.show, self.numbers, self.pictures)

    # -- the way to the page and back

    @traitlets.validate("position")
    def _inside(self, proposal):
        """Keep the position inside the history; what is not given stays as it is."""
        select = self.spec.get("select", "")
        fields = self.spec.get("fields", {})
        rows, columns = fields[select]["shape"] if select in fields else (1, 1)
        ranges = {
            "k": (1, max(1, self.spec.get("steps", 1))),
            "line": (0, max(0, self.spec.get("lines", 0) - 1)),
            "row": (0, rows - 1),
            "column": (0, columns - 1),
        }
        starts = {name: low for name, (low, _) in ranges.items()}
        given = {**starts, **self.position, **proposal["value"]}
        return {
            name: max(low, min(_whole(name, given[name]), high))
            for name, (low, high) in ranges.items()
        }

    def _checked(self, values):
        """Return the values of all controls: those given, checked, and the present others."""
        if not isinstance(values, dict):
            raise TypeError(f"values must be a dict of control names; given {describe(values)}.")
        for name in values:
            if name not in self._controls:
                known = ", ".join(self._controls)
                raise ValueError(f"this dashboard has no control {name!r}; it has: {known}.")
        checked = {name: self._controls[name].check(value) for name, value in values.items()}
        return {**self.values, **checked}

    def _change(self, values):
        if self._follow is not None:
            values = self._follow(self.values, self._checked(values))
        self._update(values)

    def _update(self, values):
        values = self._checked(values)
        show = self._build(values)
        spec, numbers, pictures = describe_show(show)
        frames = show.frames.values if show.frames else np.empty(0)
        self.values, self.show = values, show
        self._sequence += 1
        with self.hold_sync():
            self.pictures = pictures
            self.numbers = numbers
            self.frames = np.ascontiguousarray(frames).tobytes()
            self.spec = {
                **spec,
                "sequence": self._sequence,
                "name": self._name,
                "title": self._title,
                "controls": [describe_control(control) for control in self._controls.values()],
                "values": values,
            }
            self.position = self.position  # a shorter history may end before it

    def _receive(self, _, content, buffers):
        """Answer the page; whatever goes wrong is shown there, never lost."""
        try:
            kind = content.get("type")
            if kind == "configure":
                self._change(content["values"])
                self.send({"type": "configured", "request": content.get("request")})
            elif kind == "restore":
                self.state = content.get("text")
                self.send({"type": "configured", "request": content.get("request")})
            elif kind == "window":
                self._send_window(content)
            else:
                raise ValueError(
                    f"unknown message type {kind!r}; allowed: configure, restore, window."
                )
        except Exception as error:
            message = "".join(traceback.format_exception_only(error)).strip()
            self.send({"type": "failed", "request": content.get("request"), "message": message})

    def _send_window(self, content):
        if content["sequence"] != self._sequence:
            return
        steps = self.show.steps
        first = check_count("first", content["first"], maximum=steps)
        last = check_count("last", content["last"], minimum=first, maximum=steps)
        frames = self.show.frames.read(first, last)
        self.send(
            {**content, "type": "window"},
            buffers=[np.ascontiguousarray(frames).tobytes()],
        )


def _whole(name, given):
    """Return a place as an int; traitlets takes back what a TraitError refuses."""
    try:
        return check_count(f"position[{name!r}]", given, minimum=-math.inf, maximum=math.inf)
    except TypeError:
        message = f"position[{name!r}] must be a whole number; given {describe(given)}."
        raise traitlets.TraitError(message) from None
