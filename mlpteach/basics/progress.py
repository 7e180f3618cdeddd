"""The bar that shows how far a long computation is."""


def progress_bar(*arguments, **options):
    """Return a bar of tqdm, for a notebook or a terminal, that starts no thread to watch itself.

    A page without a server of its own (JupyterLite) can start none.

    Examples
    --------
    >>> list(progress_bar(range(3), disable=True))
    [0, 1, 2]
    """
    from tqdm.auto import tqdm

    class Bar(tqdm):
        monitor_interval = 0

    return Bar(*arguments, **options)
