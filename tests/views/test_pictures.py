"""The still parts: transparent pictures, and where numbers lie in them."""

import base64
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from mlpteach.views import Axes
from mlpteach.views.axis_labels import fit, set_labels
from mlpteach.views.coordinates import x_fractions, y_fractions
from mlpteach.views.pictures import _in_few_colors, picture_key, prepare, render

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


def test_what_the_page_writes_is_not_in_the_picture():
    empty = axes(draw=lambda target: target.text(10.0, 0.9, "here"), key="a word")
    assert render(empty).data == ""
    both = axes(
        draw=lambda target: (red_squares(target), target.text(2.0, 0.5, "here")), key="both"
    )
    assert render(both).data == render(axes()).data


def test_ticks_stand_where_their_numbers_lie():
    picture = render(axes())
    across = {label: share for share, label, major in picture.across if major}
    assert across.keys() == {"10⁰", "10¹", "10²"}
    for label, number in (("10⁰", 1.0), ("10¹", 10.0), ("10²", 100.0)):
        assert across[label] == pytest.approx(float(x_fractions(axes(), number)), abs=1e-4)
    up = [(share, label) for share, label, _ in picture.up]
    assert (0.0, "0") in up
    assert (1.0, "1") in up


def test_ticks_of_an_axis_turned_round_are_counted_from_its_start():
    up = render(Axes("", "", (0.0, 1.0), (4.5, 0.5))).up
    assert [share for share, label, _ in up if label == "1"] == [0.875]


def test_words_stand_where_they_were_put():
    def words(target):
        target.text(10.0, 0.25, "in $x$", ha="center", va="center", rotation=90)
        target.text(1e6, 0.25, "outside")

    [word] = render(axes(draw=words, key="words")).words
    assert word["x"] == pytest.approx(float(x_fractions(axes(), 10.0)), abs=0.01)
    assert word["y"] == pytest.approx(0.75, abs=0.01)
    assert word["html"].startswith("in <math")
    assert word["turned"] == -90


def test_an_arrow_stays_without_its_words():
    def arrow(target):
        target.annotate("look", (100.0, 0.9), (1.0, 0.1), arrowprops={"color": "red"})

    picture = render(axes(draw=arrow, key="an arrow"))
    assert [word["html"] for word in picture.words] == ["look"]
    assert (decoded(picture.data)[..., 0] > 200).any()


def test_ticks_of_a_logarithmic_axis_are_text():
    """A formula would take longer than all else in the picture."""
    picture = render(Axes("k", "J", (1e-3, 1e4), (0.3, 4.0), "log", "log"))
    across = {label for _, label, _ in picture.across}
    assert {"10⁻²", "10⁰", "10⁴"} <= across
    assert not any("$" in text for text in across)
    assert "2×10⁰" in [label for _, label, major in picture.up if not major]


LONG = (
    "a label that is told in many more words than there is room for beside a plot, with $J^{(2)}$"
)


@pytest.mark.parametrize("label", [LONG, "x" * 70, LONG + LONG, "$W^{(1)}_{2, 3}$ " * 12])
def test_long_labels_of_a_printed_plot_are_not_cut_off(label):
    figure = Figure(figsize=(3.4, 2.1))
    target = figure.add_axes((0.22, 0.24, 0.73, 0.71))
    set_labels(target, Axes(label, label, (0.0, 1.0), (0.0, 1.0)), (3.4 * 0.73, 2.1 * 0.71))
    figure.draw_without_rendering()
    for written in (target.xaxis.label, target.yaxis.label):
        extent = written.get_window_extent()
        assert max(extent.width, extent.height) < 100 * max(3.4 * 0.73, 2.1 * 0.71)
        assert min(extent.width, extent.height) < 100 * 0.25


def test_formulas_in_labels_are_not_broken():
    text, size = fit("$a b$ and $c d$ and $e f$ and $g h$ and $i j$ and $k l$", 0.8)
    assert "\n" in text
    assert all(line.count("$") % 2 == 0 for line in text.split("\n"))
    assert size < 11


def test_a_plot_is_transparent_and_open_above_and_to_the_right():
    target = Figure().subplots()
    prepare(target, axes())
    assert target.patch.get_alpha() == 0.0
    seen = {side for side, spine in target.spines.items() if spine.get_visible()}
    assert seen == {"left", "bottom"}
    sizes = {label.get_fontsize() for label in target.get_xticklabels() + target.get_yticklabels()}
    assert sizes == {11.0}


def test_names_in_place_of_numbers_stay():
    def named(target):
        target.set_xticks([1.0, 100.0], ["one", "hundred"])

    target = Figure().subplots()
    prepare(target, axes(draw=named, key="names"))
    assert [label.get_text() for label in target.get_xticklabels()] == ["one", "hundred"]
    # Those of the other axis are numbers all the same.
    assert target.yaxis.get_major_formatter()(0.25, 0) == "0.25"
    assert target.yaxis.get_major_formatter()(-480000.0, 0) == "−4.8e5"
    assert target.yaxis.get_major_formatter()(1250.0, 0) == "1250"


def test_words_have_their_size_beside_other_text():
    def words(target):
        target.text(10.0, 0.5, "small", fontsize=5.5)

    [word] = render(axes(draw=words, key="small words")).words
    assert word["size"] == 0.5


def test_rare_colours_take_the_nearest_that_is_seen():
    """64 frequent ones; a red that is hardly there is nearest to nothing, not to red."""
    greys = [[2 * i, 2 * i, 2 * i, 255] for i in range(62)]
    frequent = np.array([*greys, [0, 0, 0, 0], [255, 0, 0, 255]] * 2, dtype=np.uint8)
    rare = np.array([[255, 0, 0, 3], [250, 4, 0, 255], [41, 40, 40, 255]], dtype=np.uint8)
    pixels = np.concatenate([frequent, rare])[None].copy()
    image = np.asarray(_in_few_colors(pixels).convert("RGBA"))[0]
    np.testing.assert_array_equal(image[:-3], frequent)
    assert image[-3:].tolist() == [[0, 0, 0, 0], [255, 0, 0, 255], [40, 40, 40, 255]]


def test_equal_axes_are_drawn_once():
    assert render(axes()) is render(axes())
    assert render(axes(key="other")) is not render(axes())


def test_another_function_draws_another_picture():
    """A cell that is run again with other data shows them, without a key to think of."""

    def points(x):
        return lambda target: target.scatter([x], [0.5])

    def axes(draw, key=""):
        return Axes("", "", (0.0, 200.0), (0.0, 1.0), draw=draw, key=key)

    here, there = points(10.0), points(100.0)
    assert render(axes(here)) is render(axes(here))
    assert render(axes(here)).data != render(axes(there)).data
    assert picture_key(axes(here)) == picture_key(axes(here))
    assert picture_key(axes(here)) != picture_key(axes(there))
    # With a key the reader answers for it.
    assert axes(here, key="one") == axes(there, key="one")


def test_what_can_t_be_drawn_is_said_with_its_label():
    with pytest.raises(ValueError, match=r"the label '\$\\\\frac\{x\$' has mathematics"):
        fit(r"$\frac{x$", 1.0)


def test_a_picture_is_named_before_it_is_drawn():
    names = [
        picture_key(axes(**changes)) for changes in ({}, {"key": "other"}, {"xscale": "linear"})
    ]
    assert len(set(names)) == 3
    assert picture_key(axes()) == names[0]
    # Python's own hash of -1 and of -2 is the same.
    assert len({picture_key(Axes("", "", (low, 1.0), (0.0, 1.0))) for low in (-1.0, -2.0)}) == 2
