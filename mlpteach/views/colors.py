"""Colours of maps: plain tables, the same on the page and in figures.

"signed" runs from one hue through the page's own side of grey to another, after ColorBrewer's RdBu
(Harrower & Brewer 2003) on a light page and Crameri's berlin (2018) on a dark one; "positive" is
cividis (Nuñez, Anderton & Renslow 2018) on both.
"""

import numpy as np
from numpy.typing import NDArray

# Place in the table, 0 … 255 -> colour; straight between them, at most 3 of 255 from the originals.
_RED_BLUE: dict[float, str] = {
    0: "053061", 25.5: "2166ac", 51: "4393c3", 76.5: "92c5de", 102: "d1e5f0", 127.5: "f7f7f7",
    153: "fddbc7", 178.5: "f4a582", 204: "d6604d", 229.5: "b2182b", 255: "67001f",
}  # fmt: skip
_BERLIN: dict[float, str] = {
    0: "9eb0ff", 27: "5da5dd", 36: "489aca", 50: "3382a8", 99: "122c38", 117: "111418",
    135: "210b03", 163: "451401", 180: "63210c", 204: "964a36", 255: "ffadad",
}  # fmt: skip
_CIVIDIS: dict[float, str] = {
    0: "00224e", 20: "003070", 23: "013271", 28: "123570", 44: "2d416d", 86: "585e6d",
    134: "828079", 191: "bbad6d", 219: "d9c55c", 233: "e8d24f", 251: "fde334", 255: "fee838",
}  # fmt: skip
# Name -> colours on a light page and on a dark one.
COLORS = {"signed": (_RED_BLUE, _BERLIN), "positive": (_CIVIDIS, _CIVIDIS)}


def color_table(name: str, dark: bool = False) -> NDArray[np.uint8]:
    """Return the colours of strengths 0 … 1 in 256 steps.

    Parameters
    ----------
    name : {"signed", "positive"}
    dark : bool
        Whether for a dark page.

    Returns
    -------
    ndarray of uint8, shape (256, 3)
        Red, green and blue.

    Examples
    --------
    >>> color_table("positive")[[0, 255]].tolist()
    [[0, 34, 78], [254, 232, 56]]
    """
    known = COLORS[name][dark]
    parts = np.array([list(bytes.fromhex(color)) for color in known.values()])
    between = [np.interp(np.arange(256), list(known), part) for part in parts.T]
    return np.stack(between, axis=1).round().astype(np.uint8)
