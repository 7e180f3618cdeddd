"""Tables whose entries are asked for by name: rules, costs, landscapes, what a run has kept."""

from typing import NoReturn, TypeVar

Entry = TypeVar("Entry")


class Entries(dict[str, Entry]):
    """A dict that says which names it has where one is asked for that it has not.

    Examples
    --------
    >>> Entries(loss=[0.5], accuracy=[0.9])["acc"]
    Traceback (most recent call last):
    KeyError: "'acc' is unknown; allowed: loss, accuracy"
    """

    def __missing__(self, name: object) -> NoReturn:
        raise KeyError(f"{name!r} is unknown; allowed: {', '.join(map(str, self)) or 'none yet'}")
