"""Colours of maps: plain tables, the same on the page and in figures.

"signed" runs from one hue through the page's own side of grey to another, after ColorBrewer's RdBu
(Harrower & Brewer 2003) on a light page and Crameri's berlin (2018) on a dark one; "positive" has
one hue that means neither sign: violet on a light page, yellow on a dark one.
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
# From the page's side of grey to one hue, its lightness (in OKLab) linear in strength.
_VIOLET: dict[float, str] = {
    0: "f7f7f7", 25.5: "ddddff", 51: "c4c3ff", 76.5: "adaaff", 102: "9892f5", 127.5: "847be2",
    153: "7067cb", 178.5: "5e52b5", 204: "4c3e9f", 229.5: "3c2a89", 255: "2c1374",
}  # fmt: skip
_YELLOW: dict[float, str] = {
    0: "141414", 25.5: "27251b", 51: "3c3821", 76.5: "524c27", 102: "69602b", 127.5: "81752f",
    153: "9a8b31", 178.5: "b4a233", 204: "ceb933", 229.5: "e8d13d", 255: "ffea5b",
}  # fmt: skip
# Name -> colours on a light page and on a dark one.
COLORS = {"signed": (_RED_BLUE, _BERLIN), "positive": (_VIOLET, _YELLOW)}


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
    [[247, 247, 247], [44, 19, 116]]
    """
    known = COLORS[name][dark]
    parts = np.array([list(bytes.fromhex(color)) for color in known.values()])
    between = [np.interp(np.arange(256), list(known), part) for part in parts.T]
    return np.stack(between, axis=1).round().astype(np.uint8)
