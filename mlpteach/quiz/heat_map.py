"""A matrix as a picture: blue below 0, grey at 0, red above. No more than NumPy is needed."""

import struct
import zlib

import numpy as np

_PIXELS = 12  # a side of an entry
# From the least to the largest, evenly spaced. Source: K. Moreland, "Diverging Color Maps for
# Scientific Visualization", 2009, its cool and warm map.
_COLORS = np.array([
    (59, 76, 192), (98, 130, 234), (141, 176, 254), (185, 208, 249), (221, 221, 221),
    (245, 196, 172), (244, 152, 122), (221, 95, 75), (180, 4, 38),
])  # fmt: skip


def heat_map_png(matrix):
    """Return a matrix as a PNG file, its colours strongest at the largest size.

    Parameters
    ----------
    matrix : ndarray, shape (rows, columns)

    Returns
    -------
    bytes
        Of 12 by 12 pixels an entry.
    """
    limit = np.abs(matrix).max() or 1.0
    # The root shows small entries beside large ones.
    shade = np.sign(matrix) * np.sqrt(np.abs(matrix) / limit)
    at = np.linspace(-1, 1, len(_COLORS))
    colors = np.stack([np.interp(shade, at, channel) for channel in _COLORS.T], axis=-1)
    return _png(np.kron(colors.round().astype(np.uint8), np.ones((_PIXELS, _PIXELS, 1), np.uint8)))


def _png(pixels):
    """Return pixels, shape (height, width, 3), as a PNG file.

    Source: W3C, Portable Network Graphics (PNG) Specification, sections 5 and 11.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each starts with 0: no filter
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
