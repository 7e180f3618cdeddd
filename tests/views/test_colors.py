"""The colours of maps against those that they are taken from, and against what eyes tell apart."""

import numpy as np
import pytest
from matplotlib import colormaps
from oklab import linear, oklab

from mlpteach.views.colors import COLORS, color_table

ORIGINALS = {("signed", False): "RdBu_r", ("signed", True): "berlin"}


@pytest.mark.parametrize(("name", "dark"), ORIGINALS)
def test_tables_are_close_to_the_originals(name, dark):
    original = colormaps[ORIGINALS[name, dark]](np.linspace(0.0, 1.0, 256))[:, :3] * 255
    table = color_table(name, dark)
    assert table.dtype == np.uint8
    assert np.abs(table - original).max() <= 3.5


def seen(table):
    return oklab(linear(table / 255))


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_never_negative_has_one_hue_and_a_lightness_in_proportion(dark):
    lightness, green_red, blue_yellow = seen(color_table("positive", dark)).T
    line = np.linspace(lightness[0], lightness[-1], 256)
    assert np.abs(lightness - line).max() < 0.015
    assert abs(lightness[-1] - lightness[0]) > 0.65
    hues = np.degrees(np.arctan2(blue_yellow, green_red))[64:] % 360
    assert np.ptp(hues) < 12


@pytest.mark.parametrize("dark", [False, True])
def test_zero_of_both_tables_is_the_page_s_own_grey(dark):
    signed, positive = color_table("signed", dark)[128], color_table("positive", dark)[0]
    assert np.abs(signed.astype(int) - positive).max() <= 10


@pytest.mark.parametrize("dark", [False, True])
def test_the_strongest_of_both_tables_are_told_apart(dark):
    strong = seen(color_table("positive", dark)[200:])[:, None]
    for end in (slice(0, 56), slice(200, 256)):
        away = np.linalg.norm(strong - seen(color_table("signed", dark)[end])[None], axis=-1)
        assert away.min() > 0.07


def test_every_name_has_a_table_for_either_page():
    assert set(COLORS) == {"signed", "positive"}
    assert all(len(both) == 2 for both in COLORS.values())
