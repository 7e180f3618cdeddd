"""The event loop that a notebook's cells run in, as those of a kernel do.

There a loop runs already when a cell begins: it may start tasks without awaiting them, they go on
between two cells, and `asyncio.run` is refused.
"""

import asyncio
import contextvars

_BETWEEN_CELLS = 0.01  # seconds that tasks have until the next cell; a kernel takes about as long


class EventLoop:
    """One notebook's loop, made for its first cell: one made before a fork would be shared.

    Attributes
    ----------
    context : contextvars.Context
        What a cell sets there (how NumPy takes errors, how many digits a decimal has) holds in
        the cells below it, and in the calls of their functions.
    """

    def __init__(self):
        self.context = contextvars.copy_context()
        self._loop = self._cell = None

    def run(self, coroutine):
        """Run a cell to its end and return its result."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        self._cell = self._loop.create_task(coroutine, context=self.context)
        return self._loop.run_until_complete(self._cell)

    def cancel(self):
        """End a cell whose time is over while it waits: else it goes on beside a later one."""
        self._cell.cancel()
        self._pass()
        if self._cell.done() and not self._cell.cancelled():
            self._cell.exception()  # looked at, or a warning says later that nobody did

    def go_on(self):
        """Let what waits go on, as between two cells."""
        if asyncio.all_tasks(self._loop):
            self._loop.run_until_complete(asyncio.sleep(_BETWEEN_CELLS))
        else:
            self._pass()

    def close(self):
        """Forget the loop; the next cell makes another one."""
        if self._loop is not None:
            self._loop.close()
        self._loop = None

    def _pass(self):
        """Run once what is due."""
        self._loop.call_soon(self._loop.stop)
        self._loop.run_forever()
