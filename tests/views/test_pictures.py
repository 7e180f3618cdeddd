"""The still parts: transparent pictures, and where numbers lie in them."""

import base64
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from mlpteach.views import Axes
from mlpteach.views.coordinates import box, x_fractions, y_fractions
from mlpteach.views.pictures import fit, picture_key, prepare, render

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


def test_ticks_of_a_logarithmic_axis_are_text():
    """A formula would take longer than all else in the picture."""
    target = Figure().add_axes((0.1, 0.1, 0.8, 0.8))
    prepare(target, Axes("k", "J", (1e-3, 1e4), (0.3, 4.0), "log", "log"), (5.0, 5.0))
    target.figure.draw_without_rendering()
    across = {label.get_text() for label in target.get_xticklabels()}
    assert {"10⁻³", "10⁰", "10⁴"} <= across
    assert not any("$" in text for text in across)
    up = [label.get_text() for label in target.yaxis.get_ticklabels(which="minor")]
    assert "2×10⁰" in up


LONG = (
    "a label that is told in many more words than there is room for beside a plot, with $J^{(2)}$"
)


@pytest.mark.parametrize("shape", ["wide", "square"])
@pytest.mark.parametrize("label", [LONG, "x" * 70, LONG + LONG, "$W^{(1)}_{2, 3}$ " * 12])
def test_long_labels_are_not_cut_off(shape, label):
    long = Axes(label, label, (-2.5e5, 2.5e5), (-2.5e5, 2.5e5), shape=shape)
    short = Axes("x", "y", (-2.5e5, 2.5e5), (-2.5e5, 2.5e5), shape=shape)
    ink = decoded(render(long).ink)[..., 3]
    for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
        assert edge.max() == 0
    # Nothing is written over the numbers, which stand where they stand beside a short label.
    numbers = decoded(render(short).ink)[..., 3]
    left, top, _, height = box(long)
    wide, high = ink.shape[1], ink.shape[0]
    beside = slice(int(0.3 * left * wide), int(left * wide)), slice(0, int((top + height) * high))
    np.testing.assert_array_equal(ink[beside[1], beside[0]], numbers[beside[1], beside[0]])


def test_formulas_in_labels_are_not_broken():
    text, size = fit("$a b$ and $c d$ and $e f$ and $g h$ and $i j$ and $k l$", 0.8)
    assert "\n" in text
    assert all(line.count("$") % 2 == 0 for line in text.split("\n"))
    assert size < 11


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
