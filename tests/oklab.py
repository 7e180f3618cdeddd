"""What eyes see of colours: light, and OKLab."""

import numpy as np

# Ottosson 2020: linear red, green, blue -> cones -> OKLab.
CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]  # fmt: skip
OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]  # fmt: skip


def linear(shares):
    """Linear light of sRGB shares from 0 to 1."""
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def oklab(light):
    """Lightness, green to red and blue to yellow of linear light, shape (..., 3)."""
    return np.cbrt(light @ np.transpose(CONES)) @ np.transpose(OKLAB)
