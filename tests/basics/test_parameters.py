"""One flat vector as matrices, a layer each."""

import copy

import numpy as np
import pytest

from mlpteach.basics.parameters import Layers, ParameterLayout, Parameters

# Two inputs, three units, one output: 6 + 3 and 3 + 1 numbers.
LAYOUT = ParameterLayout((2, 3, 1))


def test_the_layers_lie_one_behind_the_other():
    assert LAYOUT.size == 13
    parameters = Parameters(np.arange(13.0), LAYOUT)
    np.testing.assert_array_equal(parameters.W[1], [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(parameters.b[1], [6, 7, 8])
    np.testing.assert_array_equal(parameters.W[2], [[9, 10, 11]])
    np.testing.assert_array_equal(parameters.b[2], [12])
    assert repr(parameters) == "Parameters(13 numbers)"
    assert repr(parameters.W) == "Layers(1: (3, 2), 2: (1, 3))"


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (0, "W^(1)[0, 0]"),
        (3, "W^(1)[1, 1]"),
        (5, "W^(1)[2, 1]"),
        (6, "b^(1)[0]"),
        (8, "b^(1)[2]"),
        (9, "W^(2)[0, 0]"),
        (11, "W^(2)[0, 2]"),
        (12, "b^(2)[0]"),
    ],
)
def test_an_entry_is_named_by_its_place(index, name):
    assert LAYOUT.where(index) == name
    assert ParameterLayout().where(index) == f"theta[{index}]"


def test_no_number_can_be_changed_nor_in_a_copy():
    for parameters in (
        Parameters(np.zeros(13), LAYOUT),
        copy.deepcopy(Parameters(np.zeros(13), LAYOUT)),
    ):
        with pytest.raises(ValueError, match="read-only"):
            parameters.flat[0] = 1.0
        with pytest.raises(ValueError, match="read-only"):
            parameters.W[1][0, 0] = 1.0


@pytest.mark.parametrize("layer", [0, 3, -1, 1.0, "W", slice(1, 2)])
def test_layers_are_counted_from_1(layer):
    layers = Layers([np.zeros(2), np.ones(3)])
    with pytest.raises(KeyError, match=r"layers are counted 1 … 2"):
        layers[layer]
    assert layers[np.int64(2)].size == 3
    assert list(layers) == [1, 2]
