"""The map of a landscape, as it is painted."""

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import mlpteach as mt
from mlpteach.tables.landscapes import own_landscape
from mlpteach.views.contours import fills, heights, is_bowl, levels, map_axes, write_levels
from mlpteach.views.coordinates import x_fractions, y_fractions
from mlpteach.views.pictures import render


@pytest.fixture(scope="module")
def saddle():
    """The picture of x² − y², pixels as (rows, columns, red green blue opacity)."""
    axes = map_axes(mt.LANDSCAPES["saddle"])
    data = render(axes).data.split(",")[1]
    picture = np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))
    return axes, picture


def pixel(saddle, x, y):
    axes, picture = saddle
    rows, columns = picture.shape[:2]
    column = int(x_fractions(axes, x) * columns)
    return picture[int(y_fractions(axes, y) * rows), column].astype(int)


def test_lower_is_stronger_in_one_hue(saddle):
    places = [(0.0, 1.45), (0.3, 1.0), (0.75, 0.02), (1.0, 0.3), (1.45, 0.0)]  # ever higher
    painted = [pixel(saddle, *place) for place in places]
    opacities = [opacity for *_, opacity in painted]
    assert all(np.diff(opacities) < 0)
    assert opacities[0] == round(0.5 * 255)
    assert opacities[-1] == 0
    assert len({tuple(hue) for *hue, opacity in painted if opacity}) == 1


def test_strength_is_linear_by_level(saddle):
    lines = levels(mt.LANDSCAPES["saddle"])
    bounds, colors = fills(heights(mt.LANDSCAPES["saddle"])[2], lines)
    assert bounds[0] == -2.25
    assert bounds[-1] == 2.25
    assert len(colors) == len(bounds) - 1 == len(lines) + 1
    assert np.diff([opacity for _, opacity in colors]) == pytest.approx(-0.5 / len(lines))


def test_where_a_function_has_no_value_nothing_is_painted():
    def root(W):
        return (float(np.sqrt(W[0])) if W[0] > 0 else np.nan), np.ones(2)

    landscape = own_landscape(root, (-1.0, 1.0, -1.0, 1.0), start=(0.5, 0.5))
    axes = map_axes(landscape)
    picture = Image.open(io.BytesIO(base64.b64decode(render(axes).data.split(",")[1])))
    drawn = axes, np.array(picture.convert("RGBA"))
    assert pixel(drawn, -0.5, 0.3)[3] == 0
    assert pixel(drawn, 0.05, 0.3)[3] > 50


@pytest.mark.parametrize("id", mt.LANDSCAPES)
def test_a_picture_is_light(id):
    """A changed landscape may cost 300 kB with its run."""
    assert len(render(map_axes(mt.LANDSCAPES[id])).data) < 150_000


def test_heights_of_a_saddle_are_equally_far_apart():
    lines = levels(mt.LANDSCAPES["saddle"])
    # From -2.25 to 2.25, both without a line.
    steps = np.diff([-2.25, *lines, 2.25])
    np.testing.assert_allclose(steps, 4.5 / (len(lines) + 1))


def test_heights_of_a_bowl_are_equally_far_apart_as_powers():
    landscape = mt.LANDSCAPES["beale"]
    values = heights(landscape)[2]
    above = levels(landscape) - values.min()
    ratios = np.diff(np.log([*above, values.max() - values.min()]))
    np.testing.assert_allclose(ratios, ratios[0])
    assert len(above) == len(levels(mt.LANDSCAPES["saddle"])) > 5
    # The lowest line goes around 6 in 1000 of the places.
    assert np.mean(values - values.min() <= above[0]) == pytest.approx(0.006, abs=1e-3)


def test_a_plain_has_no_heights_to_draw():
    landscape = own_landscape(
        lambda W: (1.0, np.zeros(2)), (-1.0, 1.0, -1.0, 1.0), start=(0.5, 0.5)
    )
    assert levels(landscape).size == 0


def test_where_nearly_all_is_lowest_the_lowest_line_is_a_millionth_up():
    def wall(W):
        return 100.0 if W[0] > 0.5 else 0.0, np.zeros(2)

    landscape = own_landscape(wall, (-1.0, 1.0, -1.0, 1.0), start=(0.0, 0.5), minima=[(0, 0)])
    assert levels(landscape)[0] == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("function", "bowl"),
    [
        (lambda x, y: x**2 + y**2, True),
        (lambda x, y: x**2 + y, False),
        (lambda x, y: x - y**2, False),
        (lambda x, y: y**2 - x, False),
        (lambda x, y: x**2 - y, False),
        (lambda x, y: np.nan, False),
        (lambda x, y: x**2 + y**2 if x > -0.9 else np.nan, True),
    ],
)
def test_a_bowl_has_its_lowest_place_inside_the_window(function, bowl):
    landscape = own_landscape(lambda W: (float(function(*W)), np.zeros(2)), (-1, 1, -1, 1))
    assert is_bowl(landscape) is bowl


@pytest.mark.parametrize(("column", "row"), [(1, 100), (100, 1), (-2, 100), (100, -2)])
def test_the_place_beside_the_border_is_inside(column, row):
    window = (-1.0, 1.0, -1.0, 1.0)
    x, y, _ = heights(own_landscape(lambda W: (0.0, np.zeros(2)), window))
    low = x[column], y[row]
    landscape = own_landscape(lambda W: (float(((W - low) ** 2).sum()), np.zeros(2)), window)
    assert is_bowl(landscape)


def test_every_third_height_from_above_is_written_on_its_longest_piece_inside():
    target = Figure().subplots()
    target.set(xlim=(10.0, 20.0), ylim=(-20.0, 0.0))
    short = np.array([[14.0, -16.0], [15.0, -16.0]])
    inside = [[13.0, -12.0], [14.0, -10.0], [15.0, -9.0], [16.0, -8.0], [16.5, -7.0], [17.0, -6.0]]
    long = np.array([[1.0, -11.0], [2.0, -11.0], *inside])
    outside = np.array([[10.1, -10.0], [19.9, -10.0], [15.0, -19.9], [15.0, -0.1]])  # at the edge
    contours = SimpleNamespace(
        levels=[1.0, 2.0, 3.0, 4.0], allsegs=[[outside], [short], [short], [short, long]]
    )
    write_levels(target, contours)
    assert [(text.get_text(), text.get_position()) for text in target.texts] == [
        ("4", (16.0, -8.0))
    ]
    write_levels(target, contours, every=2)
    assert [text.get_text() for text in target.texts[1:]] == ["4", "2"]


def test_minima_are_starred():
    target = Figure().subplots()
    map_axes(mt.LANDSCAPES["beale"]).draw(target)
    assert [(star.get_text(), star.get_position()) for star in target.texts] == [("★", (3.0, 0.5))]
