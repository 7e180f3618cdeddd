"""A widget of a notebook's cell, closed when its cell has put another in its place."""

from collections.abc import Iterable
from typing import Any

import anywidget

from mlpteach.player.cells import Cells, Freeing, current_run, forget_output

_CELLS, _FREEING = Cells(), Freeing()


class CellWidget(anywidget.AnyWidget):
    """A widget that what made it anew, its cell run again, closes and frees.

    Parameters
    ----------
    **traits
        As the class has them.
    """

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        _close(_CELLS.made(self, current_run()))

    def open(self) -> None:
        """Bring the widget to the pages, also one that was closed."""
        self.layout.open()
        super().open()

    def close(self) -> None:
        """Take the widget off all pages; what it holds stays where Python still holds it."""
        super().close()
        self.layout.close()
        self.__dict__.pop("_repr_mimebundle_", None)  # a closed widget leaves None there

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the view; a widget that was closed is opened again to be shown."""
        self.open()
        _close(one for one in _CELLS.shown(self, current_run()) if one is not self)
        return self._view(**options)

    def _view(self, **options: Any) -> Any:
        return super()._repr_mimebundle_(**options)


def _close(widgets: Iterable[CellWidget]) -> None:
    """Close widgets whose cells have been run again, and free what only they hold."""
    for widget in widgets:
        widget.close()
        forget_output(widget)
        _FREEING.ask()
