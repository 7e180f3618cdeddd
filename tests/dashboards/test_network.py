"""Back propagation, seen: the numbers on the page are the trace's; every table entry runs."""

import re

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.back_propagation import ways
from mlpteach.study.pass_lines import PassLine
from mlpteach.views.drawing import Moment
from mlpteach.views.network import CELLS
from mlpteach.views.network_panels import Matrices, Matrix
from mlpteach.views.packed import unpacked
from mlpteach.views.panels import Ledger
from mlpteach.views.plane import places

MOONS = mt.datasets.moons(n=40, seed=1)


def small(**options):
    return mt.dashboards.network(*MOONS, **{"epochs": 2, "width": 3, **options})


def ledger_of(dashboard):
    return next(panel for panel in dashboard.show.panels if isinstance(panel, Ledger))


def number(dashboard, key, k, row, column):
    """What the ledger puts in for a key, as page and figure find it."""
    ledger, at = ledger_of(dashboard), Moment(dashboard.show, k, row, column)
    return at.placed(ledger.places[key])


def test_lines_lead_through_both_passes_to_the_rule():
    dashboard = small(depth=2, rule="momentum")
    names = [line.name for line in ledger_of(dashboard).lines]
    assert names[:7] == ["Z1", "A2", "Z2", "A3", "Z3", "A4", "J"]
    assert names[7:13] == ["V3", "G3", "V2", "G2", "V1", "G1"]
    assert names[13:] == [*dashboard.trace.lines, "W"]
    assert dashboard.spec["lines"] == len(names)


@pytest.mark.parametrize("k", [1, 4, 5])
def test_every_result_is_the_traces(k):
    dashboard = small(depth=1, rule="adam")
    step, net = dashboard.trace[k - 1], dashboard.trace.run.problem.net
    through = ways(net)
    for row in range(0, net.layout.size, 3):
        way = {name: values[row] for name, values in through.items()}
        for column in (0, len(step.batch) - 1):
            for layer in (1, 2):
                unit = way[f"unit{layer + 1}"]
                for key, wanted in (
                    (f"Z{layer}", step.Z[layer]),
                    (f"A{layer + 1}", step.A[layer + 1]),
                    (f"V{layer}", step.sensitivity[layer]),
                ):
                    assert number(dashboard, key, k, row, column) == wanted[unit, column]
                of_layer = way[f"parameter{layer}"]
                found = number(dashboard, f"G{layer}", k, row, column)
                assert found == step.gradient.flat[of_layer]
        assert number(dashboard, "W_after", k, row, 0) == step.after.flat[row]
        assert number(dashboard, "M_hat", k, row, 0) == step.M_hat.flat[row]


def test_the_map_is_what_the_network_says_of_each_place():
    dashboard = small(output="sigmoid")
    plot = dashboard.show.panels[0]
    raster = plot.layers[0]
    frame = dashboard.show.frames.named(dashboard.show.frames.read(3, 3))
    values = raster.matrix({name: matrix[0] for name, matrix in frame.items()})
    rows, columns = values.shape
    net = dashboard.trace.network(2)
    for row, column in ((0, 0), (rows - 1, 4), (7, columns - 1)):
        x = raster.x[0] + (raster.x[1] - raster.x[0]) * (column + 0.5) / columns
        y = raster.y[0] + (raster.y[1] - raster.y[0]) * (row + 0.5) / rows
        said = net.outputs([[x, y]])[0, 0]
        assert values[row, column] == pytest.approx(2 * said - 1, abs=0.5 / 127.5 + 1e-12)


def test_each_units_map_is_its_activation_over_the_plane():
    dashboard = small(depth=2, hidden="relu")
    frame = dashboard.show.frames.named(dashboard.show.frames.read(4, 4))
    maps, (rows, columns) = unpacked(frame["units"][0]), CELLS
    net, axes = dashboard.trace.network(3), dashboard.show.panels[0].axes
    A = places(axes, rows, columns)
    for layer, first in ((1, 0), (2, 3), (3, 6)):
        Z = A @ net.W[layer].T + net.b[layer]
        A = mt.ACTIVATIONS["sigmoid" if layer == 3 else "relu"](Z)
        level = 2 * A - 1 if layer == 3 else A / np.maximum(A.max(axis=0), 1e-300)
        found = maps[first : first + A.shape[1]]
        np.testing.assert_allclose(found, level.T, atol=0.005)


@pytest.mark.parametrize(("classes", "value"), [(2, None), (3, {-1.0, 0.0, 1.0})])
def test_several_outputs(classes, value):
    X, y = mt.datasets.spirals(n=60, arms=classes, seed=1)
    dashboard = mt.dashboards.network(
        X, y, output="softmax", loss="softmax_cross_entropy", epochs=2, width=4
    )
    assert dashboard.trace.run.problem.net.sizes == (2, 4, classes)
    said = unpacked(frame_of(dashboard, 1)["map"])[0]
    if value:
        assert {round(level, 1) for level in said} <= value
    else:
        assert (np.abs(said) < 1).all()


def frame_of(dashboard, k):
    """Name -> matrix of one step."""
    frames = dashboard.show.frames
    return {name: one[0] for name, one in frames.named(frames.read(k, k)).items()}


def test_of_three_classes_the_boundary_lies_where_two_are_as_likely():
    X, y = mt.datasets.spirals(n=90, arms=3, seed=3)
    dashboard = mt.dashboards.network(
        X, y, output="softmax", loss="softmax_cross_entropy", epochs=12, depth=2, width=6, eta=0.5
    )
    raster, axes = dashboard.show.panels[0].layers[0], dashboard.show.panels[0].axes
    k = dashboard.show.steps
    found = list(raster.classes(frame_of(dashboard, k)))
    assert len(found) == 3
    A = dashboard.trace.network(k - 1).outputs(places(axes, *raster.cells)).T
    for c, signed in enumerate(found):
        margin = A[c] - np.delete(A, c, axis=0).max(axis=0)
        largest = np.abs(margin).max()
        np.testing.assert_array_equal(signed.ravel()[margin > 0] >= 0, True)
        np.testing.assert_array_equal(signed.ravel()[margin < 0] <= 0, True)
        won = margin > 0
        np.testing.assert_allclose(signed.ravel()[won] / 2, margin[won] / largest, atol=0.05)


def test_batches_and_the_place_asked_lie_where_they_are():
    dashboard = small(batch_size=7)
    dashboard.configure(asked=(0.25, -0.5))
    points = dashboard.show.panels[0].layers[1]
    for k, step in enumerate(dashboard.trace, start=1):
        found = frame_of(dashboard, k)[points.field][:2].T
        np.testing.assert_array_equal(found[: len(step.batch)], MOONS[0][step.batch])
        assert np.isnan(found[len(step.batch) : -1]).all()
        assert found[-1].tolist() == [0.25, -0.5]
    said = dashboard.trace.network(0).outputs([[0.25, -0.5]])[0, 0]
    assert number(dashboard, "A3", 1, 0, 7) == pytest.approx(said, rel=1e-14)


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_matrices_of_every_line_lie_where_they_say(depth):
    sizes = (2, *[3] * depth, 1)
    dashboard = mt.dashboards.network(*MOONS, net=mt.MLP(sizes, seed=1), epochs=1)
    step, show = dashboard.trace[1], dashboard.show
    matrices = next(panel for panel in show.panels if isinstance(panel, Matrices))
    lines = ledger_of(dashboard).lines
    frame = show.frames.named(show.frames.read(2, 2))
    passes = [line for line in lines if isinstance(line, PassLine)]
    for line, parts in zip(passes, matrices.lines, strict=True):
        layer, n = int(line.name[1:] or 0), len(step.batch)
        values = {}
        for part in (part for part in parts if isinstance(part, Matrix)):
            flat = frame[part.field].ravel()[part.start :][: part.rows * part.columns]
            values[part.text] = flat.reshape(part.rows, part.columns)
        first, *others = values.values()
        if line.name[0] == "Z":
            W, A, b = others
            np.testing.assert_allclose(W @ A + b, first, rtol=1e-12)
        if line.name[0] == "G":
            V, A = (other[:, :n] for other in others)
            np.testing.assert_allclose(V @ A.T / n, first, rtol=1e-12)
        if line.name[0] == "V" and layer < depth + 1:
            W, V, slope = others
            np.testing.assert_allclose((W.T @ V * slope)[:, :n], first[:, :n], rtol=1e-12)


def test_asking_elsewhere_keeps_the_run():
    dashboard = small()
    before = dashboard.trace
    dashboard.configure(asked=(1.0, 1.0))
    assert dashboard.trace is before
    dashboard.configure(**{"gd.eta": 0.01})
    assert dashboard.trace is not before


@pytest.mark.parametrize("loss", mt.LOSSES)
@pytest.mark.parametrize("output", ["sigmoid", "softmax", "linear"])
def test_any_cost(loss, output):
    dashboard = small(depth=4, width=2, loss=loss, output=output, eta=0.01)
    assert dashboard.show.steps == 6
    step = dashboard.trace[1]
    assert number(dashboard, "V5", 2, 0, 3) == step.sensitivity[5][0, 3]
    assert number(dashboard, "G1", 2, 0, 3) == step.gradient.flat[0]


@pytest.mark.parametrize("rule", mt.RULES)
def test_any_rule(rule):
    dashboard = small()
    dashboard.configure(rule=rule)
    assert dashboard.trace.run.rule.id == rule
    assert dashboard.show.steps == 6
    ledger = ledger_of(dashboard)
    row = dashboard.trace.run.problem.layout.size - 1
    found = number(dashboard, "rho", 6, row, 0)
    assert found == dashboard.trace[5].rho.flat[-1]
    assert [line.name for line in ledger.lines][-1] == "W"


@pytest.mark.parametrize("hidden", mt.ACTIVATIONS)
def test_any_activation_depth_and_width(hidden):
    dashboard = small()
    dashboard.configure(hidden=hidden, depth=4, width=8)
    assert dashboard.trace.run.problem.net.sizes == (2, 8, 8, 8, 8, 1)
    assert dashboard.trace.run.problem.net.hidden == (hidden,) * 4
    if hidden == "softmax":
        dashboard.figure(1).draw_without_rendering()


def test_data_of_the_menu_and_of_ones_own():
    dashboard = mt.dashboards.network(data="xor", epochs=1)
    assert dashboard.values["data"] == "xor"
    np.testing.assert_array_equal(dashboard.trace.run.problem.X, mt.datasets.xor(n=240, seed=1)[0])
    own = small()
    assert own.values["data"] == "yours"
    np.testing.assert_array_equal(own.trace.run.problem.X, MOONS[0])
    own.configure(data="spirals")
    assert len(own.trace.run.problem.X) == 240


def test_rules_and_functions_of_ones_own():
    def sign(k, G, *, eta=0.01):
        return mt.Quantities(rho=eta * np.sign(G))

    dashboard = small(rule=sign, hidden=lambda Z: Z / (1 + np.abs(Z)), eta=0.1)
    assert dashboard.trace.run.rule.values["eta"] == 0.1
    assert (np.abs(dashboard.trace[0].rho.flat) <= 0.1).all()
    paper = small(rule=mt.rule("adam", form="paper", eta=0.05))
    assert str(paper.trace.run.rule) == "adam (paper)"
    paper.configure(rule="gd")
    assert paper.trace.run.rule.values["eta"] == 1.0


def test_a_network_of_ones_own_with_other_targets():
    X, _ = MOONS
    target = np.sin(X[:, 0])
    net = mt.MLP((2, 4, 3, 1), hidden=("relu", "tanh"), output="linear", seed=4)
    dashboard = mt.dashboards.network(X, target, net=net, loss="mse", epochs=2, eta=0.05)
    assert dashboard.trace.run.problem.net.hidden == ("relu", "tanh")
    assert "width" not in dashboard.values
    dashboard.figure(1).draw_without_rendering()


@pytest.mark.parametrize("library", ["torch", "sklearn"])
def test_code_gives_the_trained_networks_outputs(library):
    pytest.importorskip(library)
    dashboard = small(depth=2, hidden="silu", eta=0.3)
    X = np.random.default_rng(1).normal(size=(9, 2))
    for k in (None, 0, 3):
        names = {}
        exec(dashboard.code(library, k), names)
        if library == "torch":
            found = names["net"](names["torch"].tensor(X, dtype=names["torch"].float64))
            found = found.detach().numpy().ravel()
        else:
            found = names["net"].predict(X)
        wanted = dashboard.trace.network(k).outputs(X).ravel()
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_code_says_what_it_knows():
    with pytest.raises(ValueError, match="library='jax' is unknown; allowed: torch, sklearn"):
        small().code("jax")


def test_a_state_brings_the_same_picture_back():
    dashboard = small()
    dashboard.configure(depth=2, hidden="relu", rule="adam", asked=(0.5, 0.25))
    dashboard.position = {"k": 5, "line": 6, "row": 9, "column": 11}
    other = small()
    other.state = dashboard.state
    assert other.position == {"k": 5, "line": 6, "row": 9, "column": 11}
    assert other.values == dashboard.values
    assert other.numbers == dashboard.numbers


def test_a_choice_stays_inside():
    dashboard = small(batch_size=4)
    dashboard.position = {"row": 1000, "column": 1000}
    assert dashboard.position["row"] == dashboard.trace.run.problem.layout.size - 1
    assert dashboard.position["column"] == 4  # the place asked


def test_the_figure_names_weight_instance_and_numbers():
    dashboard = small()
    dashboard.position = {"k": 2, "row": 4, "column": 3}
    texts = [
        text.get_text()
        for part in dashboard.figure().subfigs
        for axes in part.axes
        for text in axes.texts
    ]
    assert any("$W^{(1)}_{3,1}$: unit 3, input 1, instance 4" in text for text in texts)
    dashboard.position = {"row": 7}
    texts = [text.get_text() for axes in dashboard.figure().subfigs[2].axes for text in axes.texts]
    assert any("Bias $b^{(1)}_{2}$: unit 2" in text for text in texts)
    assert any(re.search("by finite differences", text) for text in texts)


def test_what_diverges_says_where():
    dashboard = small(output="linear", loss="mse", hidden="linear", eta=1e4, depth=3)
    assert "diverged" in dashboard.show.message
    assert len(dashboard.trace) == dashboard.show.steps


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"depth": 5}, ValueError, "depth must be a whole number >= 1 and <= 4; given 5"),
        ({"width": 9}, ValueError, "width must be a whole number >= 1 and <= 8; given 9"),
        ({"data": "circles"}, ValueError, "data='circles' is unknown; allowed: moons"),
        ({"batch_size": 33}, ValueError, "batch_size must be a whole number >= 1 and <= 32"),
        ({"batch_size": None}, ValueError, "given None with 240 rows"),
        ({"X": [[0.0, 1.0]]}, ValueError, "give both X and y"),
        ({"X": [[0.0, 1.0, 2.0]], "y": [0]}, ValueError, "X must have shape"),
        (
            {"net": mt.MLP((3, 2, 1))},
            ValueError,
            r"net must have 2 inputs.*given sizes \(3,",
        ),
        ({"net": mt.MLP((2, 9, 1))}, ValueError, "at most 8 units in a layer"),
        ({"net": "mine"}, TypeError, "net must be an mlpteach.MLP"),
        ({"hidden": "swoosh"}, ValueError, "swoosh"),
        ({"loss": "l1"}, ValueError, "loss='l1' is unknown"),
        ({"theta": 1.0}, ValueError, "has no hyper-parameter 'theta'"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.network(**arguments)
