"""What every entry of a table says about itself, so that nobody else keeps a list of ids."""

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard, TypeVar

from mlpteach.basics.notation import Symbol, symbol
from mlpteach.basics.pickling import check_picklable, place_in_table, table_entry
from mlpteach.basics.style import PLAIN, Style


@dataclass(frozen=True, kw_only=True)
class Record:
    """An entry of a table: a rule, loss, activation, initializer, schedule or landscape.

    Attributes
    ----------
    id : str
        Its key in the table, and how it is asked for.
    title : str
        Its name on the screen.
    short_title : str
        The same in a word, for the end of a line; by default the title.
    source : str
        Slide or paper.
    style : Style
        The look of its line.
    letters : dict of str to Symbol
        How its hyper-parameters and quantities are written, where the slides have no letter.
    beyond_lecture : bool
        Whether it is on no slide and in none of the course's notebooks.
    """

    id: str
    title: str
    short_title: str = ""
    source: str = ""
    style: Style = PLAIN
    letters: dict[str, Symbol] = field(default_factory=dict, hash=False)
    beyond_lecture: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "short_title", self.short_title or self.title)

    def __reduce_ex__(self, protocol):
        place = place_in_table(self)
        return super().__reduce_ex__(protocol) if place is None else (table_entry, place)

    def __getstate__(self):
        check_picklable(vars(self).values())
        return vars(self)

    @property
    def menu_title(self) -> str:
        """The title as menus show it."""
        return f"{self.title} (beyond the lecture)" if self.beyond_lecture else self.title

    @property
    def button_title(self) -> str:
        """The short title as a button among others shows it; the star says: beyond the lecture."""
        return f"{self.short_title}*" if self.beyond_lecture else self.short_title

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.id}>"

    def symbol(self, name: str) -> Symbol:
        """Return the :class:`Symbol` of one of its hyper-parameters or quantities."""
        return self.letters.get(name) or symbol(name)


AnyRecord = TypeVar("AnyRecord", bound=Record)


def offer(
    table: Mapping[str, AnyRecord], asked: Iterable[AnyRecord]
) -> tuple[dict[str, AnyRecord], list[str]]:
    """Return what a menu offers: a table, and behind it the entries of a reader's own.

    Parameters
    ----------
    table : dict of str to Record
    asked : iterable of Record
        Entries of the table, or others; a name that is taken gets "own" before it.

    Returns
    -------
    offered : dict of str to Record
    ids : list of str
        Under which those asked for are found in it.

    Examples
    --------
    >>> known, mine = Record(id="relu", title="ReLU"), Record(id="relu", title="my ReLU")
    >>> offered, ids = offer({"relu": known}, [known, mine, mine])
    >>> ids, [entry.title for entry in offered.values()]
    (['relu', 'own relu', 'own relu'], ['ReLU', 'my ReLU'])
    """
    offered, ids = dict(table), []
    for entry in asked:
        id, number = entry.id, 1
        while offered.get(id, entry) != entry:
            id, number = f"own {entry.id}" + (f" {number}" if number > 1 else ""), number + 1
        offered[id] = entry
        ids.append(id)
    return offered, ids


def in_words(error: BaseException) -> str:
    """Return an error of a reader's function as a sentence: its kind, its message, its notes.

    Examples
    --------
    >>> in_words(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    return "".join(traceback.format_exception_only(error)).strip()


def in_a_sentence(error: BaseException) -> str:
    """Return an error of a reader's function on one line: what it says, and where it was raised."""
    return "; ".join(in_words(error).splitlines()[:2])


def is_function(given: object) -> TypeGuard[Callable[..., Any]]:
    """Whether something is a reader's own function: no class, and no entry of a table."""
    return callable(given) and not isinstance(given, (type, Record))
