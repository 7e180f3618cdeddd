"""The bar that shows how far a long computation is."""

from typing import Any


def progress_bar(*arguments: Any, **options: Any) -> Any:
    """Return a bar of tqdm, for a notebook or a terminal, that starts no thread to watch itself.

    A page without a server of its own (JupyterLite) can start none, and may lack tqdm, too: there
    the bar is not to be seen.

    Examples
    --------
    >>> list(progress_bar(range(3), disable=True))
    [0, 1, 2]
    """
    try:
        from tqdm.auto import tqdm
    except ModuleNotFoundError:
        return _Unseen(*arguments, **options)

    class Bar(tqdm):
        monitor_interval = 0

    return Bar(*arguments, **options)


class _Unseen:
    """What is asked of a bar, without one."""

    def __init__(self, iterable=(), **options):
        self._iterable, self.n = iterable, 0

    def __iter__(self):
        return iter(self._iterable)

    def update(self, n):
        self.n += n

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass
