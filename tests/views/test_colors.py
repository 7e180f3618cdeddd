"""The colours of maps against those that they are taken from."""

import numpy as np
import pytest
from matplotlib import colormaps

from mlpteach.views.colors import COLORS, color_table

ORIGINALS = {
    ("signed", False): "RdBu_r",
    ("signed", True): "berlin",
    ("positive", False): "cividis",
    ("positive", True): "cividis",
}


@pytest.mark.parametrize(("name", "dark"), ORIGINALS)
def test_tables_are_close_to_the_originals(name, dark):
    original = colormaps[ORIGINALS[name, dark]](np.linspace(0.0, 1.0, 256))[:, :3] * 255
    table = color_table(name, dark)
    assert table.dtype == np.uint8
    assert np.abs(table - original).max() <= 3.5


def test_every_name_has_its_original():
    assert {name for name, _ in ORIGINALS} == set(COLORS)
