"""Small images as they are printed: which, where, in which colours, and what is said of them."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from mlpteach.views import Images, Show, frames_of, pack_images
from mlpteach.views.drawing import Moment
from mlpteach.views.image_drawing import draw_images, images_height

# Five images of 2 × 2: the first pixel of image i is i / 4, the last one -1; the fourth is missing.
PIXELS = np.array([[i / 4, 0.0, 0.5, -1.0] for i in range(5)])
MISSING = 3
LABELS = [[7.0, 1.0, 2.0, np.nan, 4.0], [7.0, np.nan, 3.0, np.nan, 9.0]]


def drawn(row=0, column=0, **options):
    packed = pack_images(PIXELS, 1.0)
    packed[MISSING] = np.nan
    frames = frames_of({"batch": packed[None], "said": np.array([LABELS])})
    target = Figure(figsize=(5.0, 3.0)).add_axes((0.0, 0.0, 1.0, 1.0))
    images = Images("Some images", "", "batch", 2, **options)
    draw_images(target, images, Moment(Show({}, 1, (), {}, frames), 1, row, column), (5.0, 3.0))
    target.figure.draw_without_rendering()
    return target


def first_pixels(target):
    return [round(float(axes.images[0].get_array()[0, 0]) * 4) for axes in target.child_axes]


def corners(target):
    """Return the upper left corner of each image's room, as shares of the whole from there."""
    boxes = [axes.get_axes_locator()(axes, None) for axes in target.child_axes]
    return [(round(box.x0, 3), round(1.0 - box.y1, 3)) for box in boxes]


def test_images_stand_in_rows_and_a_missing_one_leaves_its_place():
    target = drawn(columns=2)
    assert first_pixels(target) == [0, 1, 2, 4]
    assert [x for x, _ in corners(target)] == [0.0, 0.5, 0.0, 0.0]
    down = [y for _, y in corners(target)]
    assert down[0] == down[1]
    assert np.diff(down[1:]) == pytest.approx([1 / 3, 1 / 3], abs=0.002)
    assert target.get_title() == "Some images"
    assert not target.axison
    side_by_side = corners(drawn())
    assert [x for x, _ in side_by_side] == pytest.approx([0.0, 0.2, 0.4, 0.8])
    assert len({y for _, y in side_by_side}) == 1


def test_the_whole_image_is_shown_without_ticks():
    image = drawn().child_axes[2]
    np.testing.assert_allclose(image.images[0].get_array(), [[0.5, 0.0], [0.5, -1.0]], atol=0.005)
    assert len(image.get_xticks()) == len(image.get_yticks()) == 0


@pytest.mark.parametrize(("colors", "ends"), [("ink", (0.0, 1.0)), ("signed", (-1.0, 1.0))])
def test_ink_is_from_nothing_to_black_and_weights_have_two_colours(colors, ends):
    image = drawn(colors=colors).child_axes[0].images[0]
    assert image.get_clim() == ends
    low, high = (np.array(image.cmap(end)[:3]) for end in (0.0, 1.0))
    if colors == "ink":
        assert (low.tolist(), high.tolist()) == ([1.0] * 3, [0.0] * 3)
    else:
        assert low[2] > low[0]  # blue
        assert high[0] > high[2]  # red


@pytest.mark.parametrize(
    ("chosen", "framed"), [("column", [False, True, False, False]), ("row", [False] * 3 + [True])]
)
def test_the_chosen_one_is_framed(chosen, framed):
    target = drawn(row=4, column=1, chosen=chosen)
    assert [axes.spines["left"].get_visible() for axes in target.child_axes] == framed
    assert not any(axes.spines["left"].get_visible() for axes in drawn(row=4).child_axes)


def test_the_chosen_one_alone_takes_all_the_room():
    target = drawn(column=2, chosen="column", alone=True, said="said")
    assert first_pixels(target) == [2]
    assert corners(target) == [(0.0, 0.0)]
    assert [text.get_text() for text in target.texts] == ["2 → 3"]


def test_what_is_said_stands_below_each_image():
    target = drawn(columns=2, said="said")
    texts = {text.get_text(): text.get_position() for text in target.texts}
    assert list(texts) == ["7 → 7", "1", "2 → 3", "4 → 9"]
    for (x, y), box in zip(texts.values(), target.child_axes, strict=True):
        extent = box.get_window_extent().transformed(target.transAxes.inverted())
        assert x == pytest.approx((extent.x0 + extent.x1) / 2)
        assert 0 < extent.y0 - y < 0.02
    assert not drawn().texts


@pytest.mark.parametrize(
    ("options", "inches"),
    [
        ({}, 0.92),
        ({"columns": 2}, 1.76),  # three rows
        ({"columns": 2, "said": "said"}, 2.42),
        ({"chosen": "row", "alone": True}, 1.76),  # three times as high
    ],
)
def test_height_is_that_of_the_rows(options, inches):
    assert images_height(Images("", "", "batch", 2, **options), 5) == pytest.approx(inches)


def test_many_images_are_broken_after_32():
    images = Images("", "", "batch", 2)
    assert [images_height(images, count) for count in (32, 33)] == pytest.approx([0.92, 1.34])
