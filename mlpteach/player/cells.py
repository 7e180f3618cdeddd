"""Widgets of a notebook's cells: what running a cell again has replaced is closed.

A dashboard or a question belongs to the cell that made it, and is shown by the cells that displayed
it. It is closed when its cell has made others in a later run and no other cell shows it. Front ends
that do not name a cell in their messages keep everything.
"""

import asyncio
import gc
import os
import sys
from typing import Any, NamedTuple

# In the environment of kernels that `mlpteach lecture "race?k=40"` starts: a cell's id and a state.
LINK = "MLPTEACH_LINK"
# IPython's names of the last outputs.
_LATEST = ("_", "__", "___")
# Seconds after the last dashboard was closed until its memory is asked back.
_UNTIL_FREED = 1.0


class Run(NamedTuple):
    """One run of a cell: the cell's id, and the message that asked for the run."""

    cell: str
    message: str


def current_run() -> Run | None:
    """Return the run of the cell that is being executed; None where there is no notebook."""
    shell = _shell()
    parent: dict[str, Any] = getattr(shell, "get_parent", dict)() or {}
    cell = parent.get("metadata", {}).get("cellId")
    return Run(cell, parent.get("header", {}).get("msg_id", "")) if cell else None


def linked_state(run: Run | None, name: str) -> str:
    """Return the state that a link opens this run's dashboard with, once; "" without one."""
    cell, _, text = os.environ.get(LINK, "").partition(" ")
    if run is None or run.cell != cell or not text.startswith(f"{name}?"):
        return ""
    del os.environ[LINK]
    return text


def is_unwatched() -> bool:
    """Whether a kernel runs a notebook that no page shows, as for nbconvert and Jupyter Book.

    They ask for a run without naming a cell, which pages with widgets do; of those that don't,
    Voila and Colab tell of themselves in the kernel's environment.
    """
    told = os.environ.get("SERVER_SOFTWARE", "").startswith("voila") or "COLAB_GPU" in os.environ
    return getattr(_shell(), "kernel", None) is not None and current_run() is None and not told


class Cells:
    """Which cell made what, and which cells show it.

    Examples
    --------
    >>> cells = Cells()
    >>> cells.made("first", Run("cell", "run 1"))
    []
    >>> cells.made("second", Run("cell", "run 2"))
    ['first']
    """

    def __init__(self) -> None:
        self._made: list[tuple[Any, Run]] = []
        self._shown: list[tuple[Any, Run]] = []
        self._replaced: list[Any] = []

    def made(self, dashboard: Any, run: Run | None) -> list[Any]:
        """Note a dashboard of a run; return those to be closed now."""
        if run is None:
            return []
        self._replaced += [one for one, earlier in self._made if _is_before(earlier, run)]
        self._made = [pair for pair in self._made if not _is_before(pair[1], run)]
        self._made.append((dashboard, run))
        return self._shown_nowhere(run)

    def shown(self, dashboard: Any, run: Run | None) -> list[Any]:
        """Note that a run displays a dashboard; return those to be closed now."""
        if run is None:
            return []
        self._shown.append((dashboard, run))
        return self._shown_nowhere(run)

    def _shown_nowhere(self, run):
        """Forget what earlier runs of the cell showed, and return what is left without a place."""
        self._shown = [pair for pair in self._shown if not _is_before(pair[1], run)]
        seen = {id(one) for one, _ in self._shown}
        closing = [one for one in self._replaced if id(one) not in seen]
        self._replaced = [one for one in self._replaced if id(one) in seen]
        return closing


def _is_before(earlier, run):
    return earlier.cell == run.cell and earlier.message != run.message


def forget_output(dashboard: Any) -> None:
    """Take a dashboard out of the outputs that IPython remembers: ``Out``, ``_`` and ``_12``.

    It keeps the names once more, to hide them from ``%who``.
    """
    shell = _shell()
    if shell is None:
        return
    outputs = shell.user_ns.get("_oh", {})
    numbered = [number for number, value in outputs.items() if value is dashboard]
    for number in numbered:
        del outputs[number]
    for names in (shell.user_ns, getattr(shell, "user_ns_hidden", {})):
        for number in numbered:
            names.pop(f"_{number}", None)
        for name in _LATEST:
            if names.get(name) is dashboard:
                names[name] = ""
    for name in _LATEST:
        if getattr(shell.displayhook, name, None) is dashboard:
            setattr(shell.displayhook, name, "")


class Freeing:
    """Asks the memory of closed dashboards back, soon after the cells have run.

    A widget holds itself, and Python by itself looks for such only when many more have come.
    """

    def __init__(self) -> None:
        self._due: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Ask once, a while after the last call; not where no loop runs, as in a script."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._due is not None:
            self._due.cancel()
        self._due = loop.call_later(_UNTIL_FREED, gc.collect)


def _shell():
    """Return IPython's shell where it runs; it is not loaded for this."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
