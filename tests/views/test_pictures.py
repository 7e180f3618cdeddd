"""The still parts: transparent pictures, and where the curve's points lie in them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mlpteach.views.panels import CurvePanel
from mlpteach.views.pictures import color_tables, render_curve


def decoded(url):
    image = Image.open(io.BytesIO(base64.b64decode(url.split(",", 1)[1])))
    return np.asarray(image.convert("RGBA"))


@pytest.fixture(scope="module")
def rendered():
    x, y = np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.9, 0.4])

    def draw(axes):
        axes.plot(x, y, "s", color="red", markersize=6)
        axes.set_xlabel("update k")

    return render_curve(CurvePanel("t", "l", x, y, draw))


def test_points_lie_on_what_was_drawn(rendered):
    pictures, points = rendered
    pixels = decoded(pictures["picture"])
    height, width, _ = pixels.shape
    for x, y in points:
        red = pixels[int(y * height), int(x * width)]
        assert red[0] > 200
        assert red[3] > 200


def test_ink_is_apart_from_the_data(rendered):
    pictures, points = rendered
    ink = decoded(pictures["ink"])
    height, width, _ = ink.shape
    assert ink[..., 3].max() > 200  # spines and text
    x, y = points[1]
    assert ink[int(y * height), int(x * width), 3] == 0
    assert decoded(pictures["picture"])[0, 0, 3] == 0  # transparent


def test_color_tables_have_256_colors_for_light_and_dark():
    for tables in color_tables().values():
        assert [len(base64.b64decode(table)) for table in tables] == [3 * 256, 3 * 256]
