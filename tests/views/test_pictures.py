"""The still parts: transparent pictures, and where numbers lie in them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mlpteach.views import Axes
from mlpteach.views.coordinates import x_fractions, y_fractions
from mlpteach.views.pictures import picture_key, render

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


def test_a_picture_is_named_before_it_is_drawn():
    names = [
        picture_key(axes(**changes)) for changes in ({}, {"key": "other"}, {"xscale": "linear"})
    ]
    assert len(set(names)) == 3
    assert picture_key(axes()) == names[0]
    # Python's own hash of -1 and of -2 is the same.
    assert len({picture_key(Axes("", "", (low, 1.0), (0.0, 1.0))) for low in (-1.0, -2.0)}) == 2
