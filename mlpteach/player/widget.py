"""A dashboard in a notebook: the widget is a thin shell around :class:`~mlpteach.player.core.Core`.

The page's five things are traits; its other messages are passed on to the core, and back.
"""

import secrets
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from mlpteach.player.cell_widget import CellWidget
from mlpteach.player.cells import current_run, is_unwatched, linked_state
from mlpteach.player.controls import Control
from mlpteach.player.core import Build, Core, Follow
from mlpteach.player.guide import Guide, GuidedStep
from mlpteach.player.page_source import LOADER, MODULE, STYLE
from mlpteach.player.stand_in import as_png, as_text
from mlpteach.run.trace import Trace
from mlpteach.views.panels import Show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Beside something else in an HBox: the page adapts to its width, so by itself it asks for none.
_LAYOUT = {"flex": "1 1 auto", "min_width": "min(100%, 560px)"}


class Player(CellWidget):
    """A dashboard that steps and plays through a history, forwards and backwards.

    Parameters
    ----------
    build, controls, values, title, name, follow, guide
        As for :class:`~mlpteach.player.core.Core`.

    Attributes
    ----------
    core : Core
        The dashboard itself, without the widget.
    position : dict
        Where the page stands: ``k``, ``line``, ``row``, ``column`` (counted from 0 but for k). Set
        it to send the page there.
    """

    _esm = LOADER
    _css = STYLE
    page = traitlets.Unicode(MODULE).tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Bytes().tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)
    pictures = traitlets.Dict().tag(sync=True)
    position = traitlets.Dict().tag(sync=True)

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
        self.core = Core(build, controls, values, title, name, follow, guide)
        self._display_id, self._pictured = "", ()
        linked = linked_state(current_run(), name)
        if linked:
            self.core.open_at(linked)
        super().__init__(layout=_LAYOUT, **_traits(*self.core.history()))
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return repr(self.core).replace("Core", "Player", 1)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the view with words, and a picture where no page will show the view."""
        data, metadata = super()._repr_mimebundle_(**options)
        data["text/plain"] = as_text(self.core)
        if is_unwatched():
            data["image/png"] = as_png(self.core)
        return data, metadata

    def _ipython_display_(self) -> None:
        """Show the view on a page so that a picture can be put beside it later."""
        if current_run() is None:
            raise NotImplementedError  # IPython then asks for the view
        data, metadata = self._repr_mimebundle_()
        self._display_id = secrets.token_hex(8)
        self._publish(data, metadata)

    def _publish(self, data, metadata, update=False):
        from IPython.display import publish_display_data

        where = {"display_id": self._display_id}
        publish_display_data(data, metadata, transient=where, update=update)

    def _put_picture(self):
        """Put the picture of the step on the screen beside the view, into the notebook's file."""
        now = (self.core.sequence, *self.core.position.values())
        if not self._display_id or self._pictured == now:
            return
        self._pictured = now
        data, metadata = self._view()
        pictured = {"text/plain": as_text(self.core), "image/png": as_png(self.core)}
        self._publish({**data, **pictured}, metadata, update=True)

    # -- for readers

    @property
    def show(self) -> Show:
        """What is on the screen, a :class:`~mlpteach.views.Show`."""
        return self.core.show

    @property
    def traces(self) -> dict[str, Trace]:
        """The runs on the screen, by their names."""
        return self.core.traces

    @property
    def trace(self) -> Trace | None:
        """The first of the runs on the screen; None without one."""
        return self.core.trace

    @property
    def values(self) -> dict[str, Any]:
        """Values of the controls on the screen, by their names."""
        return self.core.values

    def configure(self, **values: Any) -> None:
        """Set controls from Python, see :meth:`Core.configure`."""
        self.core.configure(**values)
        self._take(*self.core.history())

    @property
    def guide(self) -> tuple[GuidedStep, ...]:
        """What to try, a step after the other."""
        return self.core.guide

    def take_step(self, number: int) -> None:
        """Take a step of the guide, see :meth:`Core.take_step`."""
        self.core.take_step(number)
        self._take(*self.core.history())

    @property
    def state(self) -> str:
        """Values and position as one short text; set it to get the same picture again."""
        return self.core.state

    @state.setter
    def state(self, text: str) -> None:
        self.core.state = text
        self._take(*self.core.history())

    def jump(self) -> str:
        """Go where the words on the screen lead, see :meth:`Core.jump`."""
        before, said = self.core.sequence, self.core.jump()
        if self.core.sequence != before:
            self._take(*self.core.history())
        else:
            self.position = self.core.position
        return said

    def figure(self, k: int | None = None) -> "Figure":
        """Draw the dashboard as a matplotlib figure, see :meth:`Core.figure`."""
        return self.core.figure(k)

    def save_html(self, path: str | PathLike[str]) -> Path:
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
        if isinstance(message, dict) and message.get("type") == "away":
            self._put_picture()
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
