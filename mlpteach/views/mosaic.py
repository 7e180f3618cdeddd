"""Which panel stands where on one screen, written as for matplotlib's ``subplot_mosaic``.

``"AAB;AAC"`` has two lines: A is the first panel of a show, B the second and so on, then a, b, c …;
"." is free. Every panel gets the rectangle of its letters. What has none stands behind "⋯".
"""

import string
from collections.abc import Sequence
from itertools import groupby, pairwise
from math import lcm
from typing import Any, TypeVar

from mlpteach.views.checks import check_text

LETTERS = string.ascii_uppercase + string.ascii_lowercase
_FREE = "."
# How many stand side by side at most.
_PLOTS, _MAPS, _LEDGERS = 3, 4, 2

Item = TypeVar("Item")


def mosaic_lines(mosaic: str, count: int) -> list[str]:
    """Return the lines of a mosaic that places some of `count` panels.

    Raises
    ------
    ValueError, TypeError
        For lines of several lengths, a letter without a panel, or panels that overlap.

    Examples
    --------
    >>> mosaic_lines("AAB;AAC", 3)
    ['AAB', 'AAC']
    """
    lines = check_text("mosaic", mosaic).split(";")
    if len({len(line) for line in lines}) > 1:
        raise ValueError(f"the lines of mosaic must be equally long; given {mosaic!r}.")
    known = LETTERS[:count]
    for letter in sorted({*mosaic} - {";", _FREE, *known}):
        allowed = f"{known[0]} to {known[-1]}" if known else "there are none"
        raise ValueError(f"mosaic holds {letter!r}, which is no panel ({allowed}).")
    placed = _placed(cut(lines)) if mosaic else []
    for place in placed:
        if placed.count(place) > 1:
            raise ValueError(
                f"the {LETTERS[place]} of mosaic must fill one rectangle; given {mosaic!r}."
            )
    return lines


def _placed(piece):
    """Return the places of all panels in a mosaic that has been cut."""
    if "panel" in piece:
        return [] if piece["panel"] is None else [piece["panel"]]
    return [place for part in piece["parts"] for place in _placed(part)]


def cut(lines: Sequence[str]) -> dict[str, Any]:
    """Cut a mosaic into panels, straight through from edge to edge, as often as it takes.

    Returns
    -------
    dict
        ``{"panel": place}``, None for a free one; or ``{"across": bool, "parts": [...], "shares":
        [...]}``: parts of the same kind side by side, or one above the other, and their sizes.

    Raises
    ------
    ValueError
        Where no cut is possible.

    Examples
    --------
    >>> cut(["AB"])
    {'across': True, 'parts': [{'panel': 0}, {'panel': 1}], 'shares': [1, 1]}
    """
    strips = _columns(lines)
    groups = [list(group) for _, group in groupby(strips, key=_cuts)]
    if len(groups) > 1:
        return _parts([_beside(group) for group in groups], across=True)
    if bands := _split(lines, _cuts(lines)):
        return _parts(bands, across=False)
    if len(strips) > 1:
        return _parts(strips, across=True)
    [letter, *others] = sorted({*"".join(lines)})
    if others:
        raise ValueError(f"mosaic must fall apart by straight cuts; {';'.join(lines)} does not.")
    return {"panel": None if letter == _FREE else LETTERS.index(letter)}


def _parts(pieces, across):
    shares = [len(piece[0]) if across else len(piece) for piece in pieces]
    return {"across": across, "parts": [cut(piece) for piece in pieces], "shares": shares}


def _cuts(lines):
    """Return below how many lines a mosaic can be cut through without cutting a panel."""
    return [
        row
        for row, (above, below) in enumerate(pairwise(lines), start=1)
        if all(a != b or a == _FREE for a, b in zip(above, below, strict=True))
    ]


def _split(lines, cuts):
    """Return the pieces between cuts; none where there is no cut."""
    ends = [0, *cuts, len(lines)]
    return [lines[start:end] for start, end in pairwise(ends)] if cuts else []


def _columns(lines):
    """Return the pieces of a mosaic that vertical cuts leave, from left to right."""
    turned = _turned(lines)
    return [_turned(piece) for piece in _split(turned, _cuts(turned)) or [turned]]


def _turned(lines):
    return ["".join(letters) for letters in zip(*lines, strict=True)]


def _beside(pieces):
    return ["".join(parts) for parts in zip(*pieces, strict=True)]


def stack(*bands: str) -> str:
    """Return a mosaic of bands, one above the other; the panels of a band are equally wide.

    Examples
    --------
    >>> stack("A", "BC")
    'AA;BC'
    """
    bands = tuple(filter(None, bands))
    width = lcm(*map(len, bands))
    return ";".join("".join(letter * (width // len(band)) for letter in band) for band in bands)


def beside(*columns: tuple[int, Sequence[str]]) -> str:
    """Return a mosaic of columns: how wide each is, and its bands.

    Examples
    --------
    >>> beside((2, ["A"]), (1, ["B", "C"]))
    'AAB;AAC'
    """
    stacks = [stack(*bands).split(";") for _, bands in columns]
    rows = lcm(*map(len, stacks))
    # All letters of a column are made as wide as it takes for the columns' widths to be right.
    unit = lcm(*(len(lines[0]) for lines in stacks))
    pieces = [
        [
            "".join(letter * (width * unit // len(line)) for letter in line)
            for line in lines
            for _ in range(rows // len(lines))
        ]
        for (width, _), lines in zip(columns, stacks, strict=True)
    ]
    return ";".join(_beside(pieces))


def above(letter: str, mosaic: str) -> str:
    """Return a mosaic with one more panel above it; with "" as it is.

    Examples
    --------
    >>> above("C", "AB")
    'CC;AB'
    """
    width = len(mosaic.split(";")[0])
    return f"{letter * width};{mosaic}" if letter else mosaic


def arrange(panels: Sequence[Any]) -> str:
    """Return a mosaic for panels that nobody has placed.

    Square plots lead at the left, the others stand beside them in reading order: plots and maps
    side by side, tables and words over the whole width. Beside two ledgers stand their maps; one
    alone has those of its lines in its rows, and the other maps beside the plots below it.

    Parameters
    ----------
    panels : sequence
        Of a :class:`~mlpteach.views.panels.Show`.

    Examples
    --------
    >>> from mlpteach.views import Axes, Plot, Text
    >>> plot = Plot("", "", Axes("", "", (0, 1), (0, 1)), ())
    >>> arrange([plot, plot, Text("", ("words",))])
    'AB;CC'
    """
    kinds = dict(zip(LETTERS, map(_kind, panels), strict=False))
    maps = letters_of(panels, "heat")
    ledgers = letters_of(panels, "ledger")
    if maps and len(ledgers) == 1:
        return _with_maps_in_rows(panels, kinds, maps)
    if maps and ledgers:
        others = [letter for letter in kinds if letter not in maps]
        right = ["".join(pair) for pair in evenly(list(maps), 2)]
        return beside((7, _bands(others, kinds, 2)), (3, right))
    leading = letters_of(panels, "square")
    others = [letter for letter in kinds if letter not in leading]
    if not leading or not others:
        return stack(*_bands(kinds, kinds, _PLOTS))
    return beside((1, leading), (1, _bands(others, kinds, _PLOTS - 1)))


def _with_maps_in_rows(panels, kinds, maps):
    """Return a mosaic without the maps of a ledger's lines; plots are wider than the other maps."""
    plots = letters_of(panels, "wide") + letters_of(panels, "square")
    free = [letter for letter in maps if panels[LETTERS.index(letter)].line < 0]
    below = "".join(letter * 3 for letter in plots) + "".join(letter * 2 for letter in free)
    others = [letter for letter in kinds if letter not in maps + plots]
    return ";".join([*(letter * max(len(below), 1) for letter in others), *filter(None, [below])])


def letters_of(panels: Sequence[Any], kind: str) -> str:
    """Return the letters of panels of one kind: "table", "heat" …, of plots their shape.

    Examples
    --------
    >>> from mlpteach.views import Text
    >>> letters_of([Text("", ("words",))], "text")
    'A'
    """
    pairs = zip(LETTERS, panels, strict=False)
    return "".join(letter for letter, panel in pairs if _kind(panel) == kind)


def _kind(panel):
    name = type(panel).__name__.lower()
    return panel.axes.shape if name == "plot" else name


def _bands(letters, kinds, plots):
    """Return bands: panels of one kind side by side, tables and words alone."""
    most = {"wide": plots, "square": plots, "heat": _MAPS, "ledger": _LEDGERS}
    bands = []
    for kind, run in groupby(letters, key=kinds.get):
        bands += ["".join(band) for band in evenly(list(run), most.get(kind, 1))]
    return bands


def evenly(items: list[Item], most: int) -> list[list[Item]]:
    """Split a list into parts of at most `most`, whose lengths differ by 1 at most.

    Examples
    --------
    >>> evenly([1, 2, 3, 4], 3)
    [[1, 2], [3, 4]]
    """
    count = -(-len(items) // most)
    ends = [len(items) * i // count for i in range(count + 1)]
    return [items[start:end] for start, end in pairwise(ends)]
