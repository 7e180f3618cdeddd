"""The still parts: transparent pictures, and where numbers lie in them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mlpteach.views import Axes
from mlpteach.views.pictures import color_tables, places, render, x_fractions, y_fractions

X, Y = np.array([1.0, 10.0, 100.0]), np.array([0.1, 0.9, 0.4])


def decoded(url):
    image = Image.open(io.BytesIO(base64.b64decode(url.split(",", 1)[1])))
    return np.asarray(image.convert("RGBA"))


def red_squares(axes):
    axes.plot(X, Y, "s", color="red", markersize=6)


def axes(**changes):
    given = {"xscale": "log", "draw": red_squares, "key": "red squares", **changes}
    return Axes("update $k$", "cost", (0.5, 200.0), (0.0, 1.0), **given)


@pytest.mark.parametrize("shape", ["wide", "square"])
def test_points_lie_on_what_matplotlib_drew(shape):
    ours = axes(shape=shape)
    pixels = decoded(render(ours).data)
    height, width, _ = pixels.shape
    for x, y in zip(x_fractions(ours, X), y_fractions(ours, Y), strict=True):
        red = pixels[int(y * height), int(x * width)]
        assert red[0] > 200
        assert red[3] > 200


def test_ink_is_apart_from_the_data():
    picture = render(axes())
    ink = decoded(picture.ink)
    height, width, _ = ink.shape
    assert ink[..., 3].max() > 200  # spines and text
    x, y = x_fractions(axes(), 10.0), y_fractions(axes(), 0.9)
    assert ink[int(y * height), int(x * width), 3] == 0
    assert decoded(picture.data)[0, 0, 3] == 0  # transparent


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_no_ink_is_cut_off_at_the_picture_s_edge(scale):
    limits = (1e-8, 1e4) if scale == "log" else (-2.5e5, 2.5e5)
    ink = decoded(render(Axes("updates $k$", "cost $J$", limits, limits, scale, scale)).ink)[..., 3]
    for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
        assert edge.max() == 0


def test_equal_axes_are_drawn_once():
    assert render(axes()) is render(axes())
    assert render(axes(key="other")) is not render(axes())


def test_what_has_no_place_is_nan_and_what_is_far_away_stays_finite():
    places = x_fractions(axes(), [0.0, -1.0, np.nan, 1e300, np.inf])
    assert np.isnan(places[[1, 2]]).all()
    assert np.isfinite(places[[0, 3, 4]]).all()
    assert places[0] < 0
    assert places[4] > 1


def test_what_is_too_far_away_keeps_its_direction():
    """A run that diverges leaves the map where it goes, not through the map's corner."""
    plain = Axes("x", "y", (-1.0, 1.0), (-1.0, 1.0), shape="square")
    middle = places(plain, 0.0, 0.0)
    for x, y in [(3e9, 1e9), (-1e300, 2e299), (5.0, 1e200), (np.inf, 0.0)]:
        away = places(plain, x, y)
        assert np.isfinite(away).all()
        assert np.abs(away).max() <= 1e4 + 1
        drawn = (away - middle) / np.hypot(*(away - middle))
        wanted = np.array([np.clip(x, -1e300, 1e300) / 1e300, -y / 1e300]) * plain_box()[2:]
        wanted /= np.abs(wanted).max()
        wanted /= np.hypot(*wanted)
        assert drawn == pytest.approx(wanted, abs=1e-3)
    assert np.isnan(places(plain, np.nan, 0.0)[0])


def plain_box():
    from mlpteach.views.pictures import box

    return box(Axes("x", "y", (-1.0, 1.0), (-1.0, 1.0), shape="square"))


def test_color_tables_have_256_colors_for_light_and_dark():
    for tables in color_tables().values():
        assert [len(base64.b64decode(table)) for table in tables] == [3 * 256, 3 * 256]
