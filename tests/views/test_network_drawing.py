"""A small network as it is printed: every number at its unit, every weight between its two."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from mlpteach.views import Matrix, Show, frames_of
from mlpteach.views.colors import color_table
from mlpteach.views.drawing import Moment
from mlpteach.views.network_drawing import draw_diagram, draw_matrices, matrices_height
from mlpteach.views.network_panels import Diagram, Matrices
from mlpteach.views.packed import packed

# Two inputs, two units, one output; theta = (W1, b1, W2, b2), two instances.
THETA = [1.0, -2.0, 0.5, 4.0, 9.0, 9.0, -4.0, 0.0, 9.0]
NUMBERS = {
    "W": [THETA],
    "A1": [[0.1, 0.2], [0.3, 0.4], [1.0, 1.0]],
    "Z1": [[1.0, 1.25], [2.0, 2.25]],
    "A2": [[0.5, 0.55], [0.6, 0.65], [1.0, 1.0]],
    "V1": [[-0.1, -0.15], [-0.2, -0.25]],
    "Z2": [[3.0, 3.25]],
    "A3": [[0.7, 0.75], [1.0, 1.0]],
    "V2": [[-0.3, -0.35]],
    "maps": packed(np.array([[-1.0, 0.0, 1.0], [1.0, 1.0, -1.0], [0.0, 0.0, 1.0]])),
}
DIAGRAM = Diagram("A network", "", (2, 2, 1), (), "maps", (1, 3))
LOW, MIDDLE, HIGH = 0.25, 0.5, 0.75


@pytest.fixture
def target():
    return Figure(figsize=(6.0, 4.0)).add_subplot()


def moment(column=0, row=0):
    ways = {"unit2": np.array([0, 1]), "unit3": np.array([0, 1])}
    frames = frames_of({name: np.array([numbers]) for name, numbers in NUMBERS.items()})
    return Moment(Show({}, 1, (), {}, replace(frames, ways=ways)), 1, row, column)


def test_numbers_stand_at_their_units(target):
    draw_diagram(target, DIAGRAM, moment(column=1), (6.0, 4.0))
    texts = {text.get_text(): text.get_position() for text in target.texts}
    assert texts.pop("$x_1$\n0.2") == (0.0, LOW)
    assert texts.pop("$x_2$\n0.4") == (0.0, HIGH)
    places = {
        "z 1.25\na 0.55\nv -0.15": (0.5, LOW),
        "z 2.25\na 0.65\nv -0.25": (0.5, HIGH),
        "z 3.25\na 0.75\nv -0.35": (1.0, MIDDLE),
    }
    assert texts.keys() == places.keys()
    for words, (x, y) in places.items():
        assert texts[words][0] == pytest.approx(x + 0.039, abs=0.002)  # right of the unit's map
        assert texts[words][1] == y
    assert target.get_title() == "A network"
    assert not target.axison


@pytest.mark.parametrize(("row", "bold"), [(0, ["z 1", "z 3"]), (1, ["z 2"])])
def test_units_on_the_way_of_the_parameter_are_bold(target, row, bold):
    draw_diagram(target, DIAGRAM, moment(row=row), (6.0, 4.0))
    found = [text.get_text() for text in target.texts if text.get_fontweight() == "bold"]
    assert [words.split("\n")[0] for words in found] == bold


def test_weights_lead_from_unit_to_unit_broad_where_they_are_strong(target):
    draw_diagram(target, DIAGRAM, moment(), (6.0, 4.0))
    lines = {
        tuple(map(tuple, np.round(line.get_xydata(), 3).tolist())): line for line in target.lines
    }
    weights = {
        ((0.0, LOW), (0.5, LOW)): 1.0,
        ((0.0, HIGH), (0.5, LOW)): -2.0,
        ((0.0, LOW), (0.5, HIGH)): 0.5,
        ((0.0, HIGH), (0.5, HIGH)): 4.0,
        ((0.5, LOW), (1.0, MIDDLE)): -4.0,
        ((0.5, HIGH), (1.0, MIDDLE)): 0.0,
    }
    assert lines.keys() == weights.keys()
    widths = np.array([lines[ends].get_linewidth() for ends in weights])
    slope, least = np.polyfit(np.abs(list(weights.values())), widths, 1)
    np.testing.assert_allclose(widths, least + slope * np.abs(list(weights.values())))
    # Among the strongest there is a bias, too; a weight of 0 is still seen.
    assert (least, least + 9 * slope) == (pytest.approx(0.4), pytest.approx(4.4))
    for ends, weight in weights.items():
        red, _, blue = lines[ends].get_color()[:3]
        assert (red < blue) == (weight < 0)


def test_each_unit_behind_the_inputs_has_its_map(target):
    draw_diagram(target, DIAGRAM, moment(), (6.0, 4.0))
    middles = [(0.5, LOW), (0.5, HIGH), (1.0, MIDDLE)]
    levels = [[-1.0, 0.0, 1.0], [1.0, 1.0, -1.0], [0.0, 0.0, 1.0]]
    for image, (x, y), row in zip(target.images, middles, levels, strict=True):
        left, right, bottom, top = image.get_extent()
        assert ((left + right) / 2, (bottom + top) / 2) == pytest.approx((x, y))
        assert bottom - top == pytest.approx(2 * (right - left))  # y counts downwards
        assert image.origin == "lower"
        np.testing.assert_allclose(image.get_array(), [row], atol=0.5 / 127)
        assert image.get_clim() == (-1, 1)
        strongest = [round(255 * part) for part in image.cmap(1.0)[:3]]
        assert strongest == color_table("signed")[-1].tolist()
    assert target.get_ylim() == (1.0, 0.0)


def test_maps_are_lower_where_a_layer_has_many_units(target):
    many = {
        "W": np.zeros((1, 29)), "A1": np.zeros((2, 1)), "Z1": np.zeros((9, 1)),
        "A2": np.zeros((10, 1)), "V1": np.zeros((9, 1)), "Z2": np.zeros((1, 1)),
        "A3": np.zeros((2, 1)), "V2": np.zeros((1, 1)), "maps": np.zeros((10, 1)),
    }  # fmt: skip
    frames = frames_of({name: numbers[None] for name, numbers in many.items()})
    frames = replace(frames, ways={"unit2": np.array([0]), "unit3": np.array([0])})
    at = Moment(Show({}, 1, (), {}, frames), 1, 0, 0)
    draw_diagram(target, replace(DIAGRAM, sizes=(1, 9, 1)), at, (6.0, 4.0))
    for image in target.images:
        _, _, bottom, top = image.get_extent()
        assert bottom - top == pytest.approx(0.08)  # below a ninth of the height


def matrix(name, field, rows, columns, start=0):
    return Matrix(name, field, rows, columns, start)


def test_what_the_lines_compute_is_drawn_once_with_its_strongest_number(target):
    Z, A = matrix("Z", "Z1", 2, 2), matrix("A", "A2", 2, 2)
    W2 = matrix("W", "W", 1, 2, start=6)
    matrices = Matrices("The batch", "", [(Z, "=", A), (A, "=", Z), (Z, "=", W2), (W2, "=", A)])
    draw_matrices(target, matrices, moment(), (6.0, 4.0))
    titles = [axes.get_title() for axes in target.child_axes]
    assert titles == ["Z, ±2.25", "A, ±0.65", "W, ±4"]
    shown = [axes.images[0].get_array().tolist() for axes in target.child_axes]
    assert shown == [NUMBERS["Z1"], NUMBERS["A2"][:2], [[-4.0, 0.0]]]
    assert [axes.images[0].get_clim() for axes in target.child_axes][2] == (-4.0, 4.0)
    assert all(len(axes.get_xticks()) == 0 for axes in target.child_axes)
    assert target.get_title(loc="left") == "The batch"


def test_seven_results_stand_side_by_side_and_the_eighth_below(target):
    lines = [(matrix(f"W{i}", "W", 1, 1, start=i),) for i in range(8)]
    draw_matrices(target, Matrices("", "", lines), moment(), (6.0, 4.0))
    target.figure.draw_without_rendering()
    boxes = [axes.get_window_extent() for axes in target.child_axes]
    left = [round(box.x0) for box in boxes]
    assert left[:7] == sorted(set(left[:7]))
    assert left[7] == left[0]
    assert boxes[7].y1 < boxes[0].y0
    assert all(boxes[0].y0 == box.y0 for box in boxes[:7])
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes[:7]))
    inside = target.get_window_extent()
    assert inside.y0 <= boxes[7].y0 < boxes[0].y1 <= inside.y1
    heights = [matrices_height(Matrices("", "", lines[:count])) for count in (7, 8)]
    assert heights == pytest.approx([1.5, 2.6])


def test_zeros_have_no_colour_and_no_unit_breaks_where_nothing_is_known(target):
    numbers = {"V": [[0.0, 0.0]], "S": [[np.nan, np.nan]]}
    frames = frames_of({name: np.array([values]) for name, values in numbers.items()})
    matrices = Matrices("", "", [(matrix("V", "V", 1, 2),), (matrix("S", "S", 1, 2),)])
    draw_matrices(target, matrices, Moment(Show({}, 1, (), {}, frames), 1, 0, 0), (6.0, 4.0))
    assert [axes.get_title() for axes in target.child_axes] == ["V, ±1", "S, ±1"]
