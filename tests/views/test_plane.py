"""The plane of two inputs: what is said of its places, and the data drawn in it."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import mlpteach as mt
from mlpteach.views import Axes
from mlpteach.views.colors import color_table
from mlpteach.views.packed import packed, unpacked
from mlpteach.views.plane import (
    class_levels,
    leaning,
    margins,
    places,
    plane_axes,
    unit_levels,
)


def problem_of(y, loss="mse", outputs=1, output="sigmoid"):
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    net = mt.MLP((2, 3, outputs), output=output, seed=1)
    return mt.train(net, X, y, loss=loss, epochs=1, progress=False).run.problem


def test_one_output_leans_by_its_distance_from_the_middle_of_its_targets():
    said = np.array([[0.0, 0.5, 0.75, 1.0]])
    assert leaning(problem_of([0, 1, 0]), said).tolist() == [-1.0, 0.0, 0.5, 1.0]
    signs = problem_of([-1.0, 1.0, 1.0], output="tanh")
    assert leaning(signs, np.array([[-1.0, 0.0, 0.5]])).tolist() == [-1.0, 0.0, 0.5]
    others = problem_of([2.0, 3.5, 8.0], output="linear")
    assert leaning(others, np.array([[2.0, 5.0, 8.0]])).tolist() == [-1.0, 0.0, 1.0]
    # Where all targets are equal, a unit away is as far as one goes.
    equal = problem_of([3.5, 3.5, 3.5], output="linear")
    assert leaning(equal, np.array([[2.5, 3.5, 5.5]])).tolist() == [-1.0, 0.0, 2.0]


def test_several_outputs_lean_to_the_largest():
    A = np.array([[0.2, 0.9, 0.1], [0.8, 0.1, 0.2]])
    two = problem_of([0, 1, 1], outputs=2)
    np.testing.assert_allclose(leaning(two, A), [0.6, -0.8, 0.1])
    three = problem_of([0, 1, 2], outputs=3)
    assert leaning(three, np.array([[0.2, 0.9], [0.8, 0.1], [0.9, 0.2]])).tolist() == [1.0, -1.0]


@pytest.mark.parametrize(
    ("y", "outputs", "levels"),
    [([0, 1, 0], 1, [-1, 1, -1]), ([2, 0, 1], 3, [1, -1, 0]), ([1.0, 4.0, 2.5], 1, [-1, 1, 0])],
)
def test_data_have_the_colours_of_what_is_wanted_of_them(y, outputs, levels):
    output = "sigmoid" if max(y) < 3 else "linear"
    assert class_levels(problem_of(y, outputs=outputs, output=output)).tolist() == levels


def test_margins_are_shares_of_the_largest_and_none_where_all_are_alike():
    assert margins(np.array([[0.9, 0.5, 0.2], [0.1, 0.3, 0.2]])).tolist() == pytest.approx(
        [1.0, -0.5, -1.0]
    )
    assert margins(np.full((3, 2), 0.25)).tolist() == [-1.0, -1.0]
    assert margins(np.array([[0.3, 0.7]])).tolist() == [1.0, 1.0]


def test_places_are_the_middles_of_cells_row_by_row_from_below():
    axes = Axes("", "", (-1.0, 1.0), (1.0, 4.0))
    assert places(axes, 3, 2).tolist() == [
        [-0.5, 1.5], [0.5, 1.5], [-0.5, 2.5], [0.5, 2.5], [-0.5, 3.5], [0.5, 3.5],
    ]  # fmt: skip


def test_axes_of_the_same_data_have_the_same_picture():
    one, same, other = problem_of([0, 1, 0]), problem_of([0, 1, 0]), problem_of([0, 1, 1])
    assert plane_axes(one) == plane_axes(same) != plane_axes(other)


def test_maps_travel_in_eight_bits_a_cell_also_in_a_saved_page():
    levels = np.random.default_rng(2).uniform(-1.0, 1.0, (4, 9))
    numbers = packed(levels)
    assert numbers.shape == (4, 3)
    np.testing.assert_allclose(unpacked(numbers), levels, atol=0.5 / 127.5 + 1e-12)
    # A saved page keeps the upper 40 of 64 bits.
    kept = (numbers.view(np.uint64) & ~np.uint64((1 << 24) - 1)).view(float)
    np.testing.assert_array_equal(kept, numbers)
    assert unpacked(packed(np.array([[np.nan, 7.0, -7.0]]))).round(2).tolist() == [[0.0, 1.0, -1.0]]


@pytest.mark.parametrize(("id", "low", "high"), [("tanh", -1.0, 1.0), ("sigmoid", 0.0, 1.0)])
def test_levels_of_a_unit_lie_in_the_range_of_its_activation(id, low, high):
    A = np.array([[low, 0.5 * (low + high), high]])
    assert unit_levels(mt.ACTIVATIONS[id], A).tolist() == [[-1.0, 0.0, 1.0]]


def test_levels_of_a_unit_without_a_range_are_those_of_its_largest():
    A = np.array([[0.0, 2.0, 4.0], [0.0, 0.0, 0.0], [-8.0, 0.0, 4.0]])
    assert unit_levels(mt.ACTIVATIONS["linear"], A).tolist() == [
        [0.0, 0.5, 1.0], [0.0, 0.0, 0.0], [-1.0, 0.0, 0.5],
    ]  # fmt: skip


def test_the_data_of_a_class_have_a_colour_and_stand_at_their_places():
    X = np.array([[0.2, -5.0], [0.7, 3.0], [0.4, 4.0]])
    net = mt.MLP((2, 3, 1), seed=1)
    problem = mt.train(net, X, [0, 1, 0], epochs=1, progress=False).run.problem
    axes = plane_axes(problem)
    # With 5 % of room in steps of 0.2, and of 2.
    assert axes.xlim == pytest.approx((0.0, 0.8))
    assert axes.ylim == pytest.approx((-6.0, 6.0))
    target = Figure().subplots()
    axes.draw(target)
    first, second = target.collections
    np.testing.assert_array_equal(first.get_offsets(), X[[0, 2]])
    np.testing.assert_array_equal(second.get_offsets(), X[[1]])
    # A table of 256 colours from -1 to 1, 0 … 255: -0.8 is at 25.5, 0.8 at 229.5.
    table = color_table("signed")
    assert first.get_facecolors()[0][:3] * 255 == pytest.approx(
        table[25:27].mean(axis=0)[:3], abs=2
    )
    assert second.get_facecolors()[0][:3] * 255 == pytest.approx(
        table[229:231].mean(axis=0)[:3], abs=2
    )
