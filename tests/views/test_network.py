"""The panels of a small network: what its frames hold, and its lines as equations of matrices."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.network import batch_matrices, network_frames, show_network
from mlpteach.views.network_panels import Matrix
from mlpteach.views.plane import plane_axes

X = mt.datasets.moons(n=10, seed=1)[0]


def trained(sizes, hidden="tanh", loss="mse"):
    """Two updates of four instances and one of two."""
    net = mt.MLP(sizes, hidden=hidden, seed=1)
    labels = np.arange(10) % max(2, sizes[-1])
    return mt.train(net, X, labels, loss=loss, epochs=1, batch_size=4, progress=False)


@pytest.mark.parametrize(("outputs", "margin"), [(1, False), (2, False), (3, True)])
def test_how_surely_a_class_is_meant_is_known_of_three_and_more(outputs, margin):
    trace = trained((2, 3, outputs))
    fields = network_frames(trace, (0.0, 0.0), plane_axes(trace.run.problem)).fields
    assert ("margin" in fields) is margin
    assert "map" in fields


def written(line):
    """Return an equation as (field, rows, columns) of its matrices, and its signs."""
    return [
        (part.field, part.rows, part.columns) if isinstance(part, Matrix) else part for part in line
    ]


def test_every_line_is_an_equation_of_matrices_an_instance_a_column():
    """Four instances and the place that is asked about; 2-3-1."""
    lines = [written(line) for line in batch_matrices(trained((2, 3, 1))).lines]
    Z1, A1, A2, A3 = ("Z1", 3, 5), ("A1", 2, 5), ("A2", 3, 5), ("A3", 1, 5)
    Z2, V1, V2, Y = ("Z2", 1, 5), ("V1", 3, 5), ("V2", 1, 5), ("Y", 1, 5)
    assert lines == [
        [Z1, "=", ("W", 3, 2), A1, "+", ("W", 3, 1)],
        [A2, "= φ", Z1],
        [Z2, "=", ("W", 1, 3), A2, "+", ("W", 1, 1)],
        [A3, "= φ", Z2],
        [("cost", 1, 5), "←", A3, Y],
        [V2, "←", A3, Y],
        [("G", 1, 3), "= 1/n", V2, A2],
        [V1, "=", ("W", 1, 3), V2, "⊙", ("slope1", 3, 5)],
        [("G", 3, 2), "= 1/n", V1, A1],
    ]


def test_weights_and_biases_lie_one_behind_the_other():
    """Of theta = (W1, b1, W2, b2): 6, 3, 3 and 1 numbers."""
    first, _, second, *_ = batch_matrices(trained((2, 3, 1))).lines
    assert [part.start for part in (first[2], first[5], second[2], second[5])] == [0, 6, 9, 12]
    assert [first[2].row, first[2].column] == ["unit2", "unit1"]
    assert first[2].text == "$W^{(1)}$"
    back = batch_matrices(trained((2, 3, 1))).lines[7][2]
    assert (back.start, back.transposed, back.text) == (9, True, "$(W^{(2)})^T$")


def test_units_that_mix_have_no_slope_of_their_own():
    lines = batch_matrices(trained((2, 3, 4, 2), hidden=("softmax", "tanh"))).lines
    signs = {
        line[0].field: [part for part in line if isinstance(part, str)]
        for line in lines
        if line[0].field.startswith("V")
    }
    assert signs == {"V3": ["←"], "V2": ["=", "⊙"], "V1": ["←"]}


def test_a_run_without_an_update_is_its_message():
    def breaks(k, G):
        return mt.Quantities(rho=np.inf * G)

    with pytest.warns(mt.DivergenceWarning):
        trace = mt.train(mt.MLP((2, 2, 1)), X, np.arange(10) % 2, rule=breaks, epochs=1)
    show = show_network(trace, (0.0, 0.0))
    assert (show.steps, show.panels) == (0, ())
    assert "diverged at update k = 1" in show.message
