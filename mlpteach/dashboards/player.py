"""The widget under every dashboard: the history travels once, the browser plays it.

The page (``player.js``) draws, steps and plays by itself. It asks the kernel for two things only:
``configure``, a new history for other control values (one request in flight, the newest value
wins), and ``window``, frames of updates that did not travel with the history.
"""

import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from mlpteach.arguments import Interval, check_count, check_flag, check_number, describe

_HERE = Path(__file__).parent
# Frames that travel with the history; the page asks for others when it gets there.
HISTORY_BYTES = 8 * 2**20


@dataclass
class Choice:
    """A control with a few named values."""

    name: str
    label: str
    options: dict  # value -> text
    kind: str = "choice"


@dataclass
class Slider:
    """A control for a number; `log` moves it by factors."""

    name: str
    label: str
    low: float
    high: float
    log: bool = False
    kind: str = "slider"


@dataclass
class Toggle:
    """A control that is on or off."""

    name: str
    label: str
    kind: str = "toggle"


@dataclass
class Show:
    """What one history shows.

    Attributes
    ----------
    trace : Trace
        What everything was read from.
    spec : dict
        Plain data for the page: lines, panels, fields, message.
    held : list of int
        The updates whose frames are in `frames`.
    frames : ndarray, shape (len(held), numbers of a frame)
        As 64-bit floats: squares of small gradients leave the range of 32 bits.
    curve : ndarray, shape (updates, 3)
        Cost and place on the curve's picture (fractions from left and top) of every update.
    window : callable
        (first, last) -> frames of those updates.
    """

    trace: object
    spec: dict
    held: list = field(default_factory=list)
    frames: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    curve: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))
    window: Callable | None = None


class Player(anywidget.AnyWidget):
    """A dashboard that steps and plays through a history, forwards and backwards.

    Parameters
    ----------
    build : callable
        values (dict of control name -> value) -> :class:`Show`.
    controls : list of Choice, Slider or Toggle
    values : dict
        Where the controls start.
    title : str

    Attributes
    ----------
    trace : Trace
        The run on the screen.
    values : dict
        Values of the controls on the screen.
    position : dict
        Where the page stands: ``k``, ``line``, ``row``, ``column`` (counted from 0 but for k). Set
        it to send the page there.
    """

    _esm = _HERE / "player.js"
    _css = _HERE / "player.css"
    spec = traitlets.Dict().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)
    curve = traitlets.Bytes().tag(sync=True)
    position = traitlets.Dict().tag(sync=True)

    def __init__(self, build, controls, values, title):
        super().__init__()
        self._build = build
        self._controls = [vars(control) for control in controls]
        self._title = title
        self._sequence = 0
        self.values = dict(values)
        self.on_msg(self._receive)
        self._show(self.values)

    def configure(self, **values):
        """Set controls from Python, as if they had been moved on the page.

        Raises
        ------
        ValueError, TypeError
            For an unknown control or a value that it can't have; the old history stays.
        """
        self._show(values)

    @traitlets.validate("position")
    def _inside(self, proposal):
        """Keep the position inside the history; what is not given stays as it is."""
        rows, columns = self.spec.get("fields", {}).get("W", (1, 1))
        ranges = {
            "k": (1, self.spec.get("updates", 1)),
            "line": (0, len(self.spec.get("lines", ())) - 1),
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
        unknown = [name for name in values if name not in self.values]
        if unknown:
            raise ValueError(
                f"this dashboard has no control {unknown[0]!r}; it has: {', '.join(self.values)}."
            )
        controls = {control["name"]: control for control in self._controls}
        checked = {
            name: _check_value(controls[name], value) if name in controls else value
            for name, value in values.items()
        }
        return {**self.values, **checked}

    def _show(self, values):
        values = self._checked(values)
        shown = self._build(values)
        self.values, self._shown = values, shown
        self.trace = shown.trace
        self._sequence += 1
        with self.hold_sync():
            self.frames = np.ascontiguousarray(shown.frames).tobytes()
            self.curve = np.ascontiguousarray(shown.curve).tobytes()
            self.spec = {
                **shown.spec,
                "sequence": self._sequence,
                "title": self._title,
                "controls": self._controls,
                "values": values,
                "held": shown.held,
            }
            self.position = self.position  # a shorter history may end before it

    def _receive(self, _, content, buffers):
        """Answer the page; whatever goes wrong is shown there, never lost."""
        try:
            kind = content.get("type")
            if kind == "configure":
                self._show(content["values"])
                self.send({"type": "configured", "request": content.get("request")})
            elif kind == "window":
                self._send_window(content)
            else:
                raise ValueError(f"unknown message type {kind!r}; allowed: configure, window.")
        except Exception as error:
            message = "".join(traceback.format_exception_only(error)).strip()
            self.send({"type": "failed", "request": content.get("request"), "message": message})

    def _send_window(self, content):
        if content["sequence"] != self._sequence:
            return
        first = check_count("first", content["first"], maximum=self.spec["updates"])
        last = check_count("last", content["last"], minimum=first, maximum=self.spec["updates"])
        frames = self._shown.window(first, last)
        self.send(
            {**content, "type": "window"},
            buffers=[np.ascontiguousarray(frames).tobytes()],
        )


def _whole(name, given):
    """Return a place as an int; traitlets takes back what a TraitError refuses."""
    try:
        return check_count(f"position[{name!r}]", given, minimum=-math.inf)
    except TypeError:
        message = f"position[{name!r}] must be a whole number; given {describe(given)}."
        raise traitlets.TraitError(message) from None


def _check_value(control, given):
    """Return a value that a control can have, or raise naming the control and what is allowed."""
    name = control["name"]
    if control["kind"] == "toggle":
        return check_flag(name, given)
    if control["kind"] == "slider":
        return check_number(name, given, Interval())
    # Options are strings on the page, so that the number 1 means the option "1".
    options = {str(option): option for option in control["options"]}
    if str(given) not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}; given {describe(given)}.")
    return options[str(given)]


def spread(updates, frame_bytes, budget=HISTORY_BYTES):
    """Return the updates whose frames travel with the history: all, or spread with both ends.

    Examples
    --------
    >>> spread(5, frame_bytes=1), spread(10, frame_bytes=1, budget=4)
    ([1, 2, 3, 4, 5], [1, 4, 7, 10])
    """
    count = min(updates, max(2, budget // max(1, frame_bytes)))
    return sorted({round(k) for k in np.linspace(1, updates, count)}) if updates else []
