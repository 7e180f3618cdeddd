"""A dashboard in a notebook: the widget is a thin shell around :class:`~mlpteach.player.core.Core`.

The page's five things are traits; its other messages are passed on to the core, and back.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from mlpteach.player.controls import Control
from mlpteach.player.core import Core, Values
from mlpteach.player.page_source import MODULE, STYLE
from mlpteach.views.panels import Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mlpteach.run.trace import Trace

# Beside something else in an HBox: the page adapts to its width, so by itself it asks for none.
_LAYOUT = {"flex": "1 1 auto", "min_width": "min(100%, 560px)"}


class Player(anywidget.AnyWidget):
    """A dashboard that steps and plays through a history, forwards and backwards.

    Parameters
    ----------
    build : callable
        values (dict of control name -> value) -> :class:`~mlpteach.views.Show`.
    controls : sequence of Choice, Several, Slider, Toggle or Point
    values : dict
        Where the controls start: a value for each.
    title : str
        For screen readers, and of saved pages.
    name : str
        Short name of the dashboard, with which its state's text starts.
    follow : callable, optional
        (values before, values asked for) -> values: what else changes where the reader moves a
        control. Not asked when a state is restored.

    Attributes
    ----------
    core : Core
        The dashboard itself, without the widget.
    position : dict
        Where the page stands: ``k``, ``line``, ``row``, ``column`` (counted from 0 but for k). Set
        it to send the page there.

    Raises
    ------
    ValueError, TypeError
        For what does not fit together: a control without a value, a panel that names no series …

    Examples
    --------
    >>> import numpy as np
    >>> from mlpteach.player import Slider
    >>> from mlpteach.views import STYLES, Axes, Line, Plot, Show
    >>> def build(values):
    ...     k = np.arange(1.0, 11.0)
    ...     axes = Axes("update $k$", "$a^k$", (0, 11), (0, 1))
    ...     plot = Plot("Powers", "Powers of a against k", axes, [Line("k", "power", STYLES[0])])
    ...     return Show({}, 10, [plot], {"k": k, "power": values["a"] ** k})
    >>> player = Player(build, [Slider("a", "a", 0, 1)], {"a": 0.5}, "Powers", "powers")
    >>> player.position = {"k": 3}
    >>> player
    <Player 'Powers': update 3 of 10>
    >>> player.configure(a=0.1)
    >>> player.show.series["power"][:2]
    array([0.1 , 0.01])
    """

    _esm = MODULE
    _css = STYLE
    spec = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Bytes().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    position = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        build: Callable[[Values], Show],
        controls: Sequence[Control],
        values: Values,
        title: str,
        name: str,
        follow: Callable[[Values, Values], Values] | None = None,
    ) -> None:
        self.core = Core(build, controls, values, title, name, follow)
        super().__init__(layout=_LAYOUT, **_traits(*self.core.history()))
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return repr(self.core).replace("Core", "Player", 1)

    # -- for readers

    @property
    def show(self) -> Show:
        """What is on the screen, a :class:`~mlpteach.views.Show`."""
        return self.core.show

    @property
    def traces(self) -> dict[str, "Trace"]:
        """The runs on the screen, by their names."""
        return self.core.traces

    @property
    def trace(self) -> "Trace | None":
        """The first of the runs on the screen; None without one."""
        return self.core.trace

    @property
    def values(self) -> Values:
        """Values of the controls on the screen, by their names."""
        return self.core.values

    def configure(self, **values: Any) -> None:
        """Set controls from Python, see :meth:`Core.configure`."""
        self.core.configure(**values)
        self._take(*self.core.history())

    @property
    def state(self) -> str:
        """Values and position as one short text; set it to get the same picture again."""
        return self.core.state

    @state.setter
    def state(self, text: str) -> None:
        self.core.state = text
        self._take(*self.core.history())

    def figure(self, k: int | None = None) -> "Figure":
        """Draw the dashboard as a matplotlib figure, see :meth:`Core.figure`."""
        return self.core.figure(k)

    def save_html(self, path: str | Path) -> Path:
        """Save the dashboard as one file that plays without Python, see :meth:`Core.save_html`."""
        return self.core.save_html(path)

    # -- the way to the page and back

    @traitlets.validate("position")
    def _move(self, proposal):
        try:
            self.core.position = proposal["value"]
        except (TypeError, ValueError) as error:  # traitlets takes back what a TraitError refuses
            raise traitlets.TraitError(str(error)) from None
        return self.core.position

    def _take(self, message, buffers):
        """Put a new history on the page."""
        with self.hold_sync():
            for name, value in _traits(message, buffers).items():
                setattr(self, name, value)

    def _receive(self, _, message, buffers):
        for answer, data in self.core.answer(message):
            if answer["type"] == "history":
                self._take(answer, data)
            else:
                self.send(answer, data)


def _traits(message, buffers):
    """Return the traits that hold a history."""
    numbers, frames = buffers
    return {
        "pictures": message["pictures"],
        "numbers": numbers,
        "frames": frames,
        "spec": message["spec"],
        "position": message["position"],
    }
