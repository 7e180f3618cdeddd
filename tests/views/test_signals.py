"""What is drawn of the signals in two deep networks, from measurements made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import mlpteach as mt
from mlpteach.study.signals import BINS, EXPONENTS, Signals
from mlpteach.tables.initializers import as_initializer
from mlpteach.views.signals import (
    STYLES,
    A_plot,
    _notes,
    cost_plot,
    definitions,
    exponent_plot,
    layer_table,
    signal_panels,
    signal_series,
    size_plot,
    step_plot,
    summary_table,
)

NAMES = {"a": "A: sigmoid, uniform", "b": "B: ReLU, He"}
EDGES = np.linspace(-1.0, 3.0, BINS + 1)


def counts(layers, bins):
    """In layer l one entry a bin, but 4 l² in bin l; none anywhere but there at the last moment."""
    found = np.ones((3, layers, bins))
    for layer in range(layers):
        found[:, layer, layer] = 4.0 * (layer + 1) ** 2
    found[2, :, layers:] = 0.0
    return found


def measured(scale=1.0):
    """Three moments of two hidden layers and an output layer."""
    return Signals(
        k=np.array([1, 2, 9]),
        instances=50,
        loss=scale * np.array([2.0, 1.0, 0.5]),
        right=np.array([10.0, 20.0, 40.0]),
        sensitivity=scale * np.array([[1.0, 2.0, 4.0], [3.0, 2.0, 1.0], [1.0, 1.0, 0.0]]),
        gradient=scale * np.array([[8.0, 2.0, 4.0], [3.0, 6.0, 6.0], [1e-30, 1.0, 1e9]]),
        step_ratio=scale * np.array([[0.1, 0.2, 0.3], [0.1, 0.1, 0.1], [0.02, 0.02, 0.02]]),
        saturated=np.array([[0.126, 0.5], [0.25, 0.0], [1.0, 0.75]]),
        dead=np.array([[1.0, 2.0], [0.0, 3.0], [30.0, 4.0]]),
        A_edges=EDGES,
        A_counts=counts(2, BINS),
        sensitivity_counts=counts(3, len(EXPONENTS) - 1),
        gradient_counts=counts(3, len(EXPONENTS) - 1),
    )


@pytest.fixture(scope="module")
def series():
    return signal_series({"a": measured(), "b": measured(0.1)})


def test_series_are_layer_by_layer_what_was_measured(series):
    assert series["update"].tolist() == [1.0, 2.0, 9.0]
    assert series["a.gradient_ratio"] == pytest.approx([2.0, 0.5, 1e-39])
    np.testing.assert_allclose(series["a.sensitivity_ratio"], [0.25, 3.0, np.nan])
    assert series["a.all_dead"].tolist() == [3.0, 3.0, 34.0]
    assert series["a.saturated1"].tolist() == [13.0, 25.0, 100.0]  # percent
    assert series["a.saturated2"].tolist() == [50.0, 0.0, 75.0]
    assert series["a.dead2"].tolist() == [2.0, 3.0, 4.0]
    assert series["b.step3"] == pytest.approx([0.03, 0.01, 0.002])


def test_histograms_stand_on_their_layer_and_are_roots_of_the_counts(series):
    ridge = series["a.A1"]
    assert ridge.shape == (3, 2 * BINS)
    # Of 4 and 1 the roots are 2 and 1, so the others are half as high as the tallest.
    tall, others = ridge[0, 0], ridge[0, 2]
    assert 1.0 < others < tall < 2.0
    assert tall - 1.0 == pytest.approx(2.0 * (others - 1.0))
    assert (ridge[0, :2].tolist(), set(ridge[0, 2:].tolist())) == ([tall] * 2, {others})
    assert ridge[2, 4:].tolist() == [1.0] * (2 * BINS - 4)
    # The third layer's tallest is its third bin, 36 to 1.
    third = series["b.gradient3"]
    assert third[0, 4] - 3.0 == pytest.approx(6.0 * (third[0, 0] - 3.0))
    assert third[0, 4] < 4.0


def test_activations_are_drawn_over_their_edges_layer_above_layer():
    plot = A_plot("b", NAMES["b"], measured())
    assert plot.axes.xlim == (-1.0, 3.0)
    assert plot.axes.ylim[0] < 1.0
    assert plot.axes.ylim[1] == 3.0
    assert [layer.y for layer in plot.layers] == ["b.A1", "b.A2"]
    for layer in plot.layers:
        assert layer.x[:3] == pytest.approx([EDGES[0], EDGES[1], EDGES[1]])
        assert len(layer.x) == 2 * BINS
        assert layer.style == STYLES["b"]


def test_sizes_are_drawn_over_powers_of_ten():
    plot = exponent_plot("gradient", "W", NAMES, 3)
    assert plot.axes.xlim == pytest.approx((1e-12, 100.0))
    assert plot.axes.xscale == "log"
    assert plot.axes.ylim[1] == 4.0
    assert [layer.y for layer in plot.layers][:4] == [
        "a.gradient1", "a.gradient2", "a.gradient3", "b.gradient1",
    ]  # fmt: skip
    x = plot.layers[0].x
    assert (x[0], x[-1]) == pytest.approx((1e-12, 100.0))
    assert x[1] == x[2] == pytest.approx(10.0**-11.75)


def test_layers_are_marked_by_whole_numbers_and_histograms_have_a_floor():
    target = Figure().subplots()
    A_plot("a", NAMES["a"], measured()).axes.draw(target)
    assert target.get_yticks().tolist() == [1, 2]
    assert [line.get_ydata() for line in target.lines] == [[1, 1], [2, 2]]
    across = Figure().subplots()
    size_plot(signal_series({"a": measured()}), {"a": NAMES["a"]}, 3).axes.draw(across)
    assert across.get_xticks().tolist() == [1, 2, 3]
    assert not across.lines


def test_sizes_of_gradients_have_a_place_for_every_layer(series):
    plot = size_plot(series, NAMES, 3)
    assert plot.axes.xlim == pytest.approx((0.8, 3.2))
    # 1e-30 and 1e9 leave the picture: it reaches from 1e-12 to 1e6.
    assert plot.axes.ylim == pytest.approx((1e-12, 1e6))
    assert [layer.x.tolist() for layer in plot.layers] == [[1.0, 2.0, 3.0]] * 2
    assert [layer.y for layer in plot.layers] == ["a.gradient", "b.gradient"]


def test_costs_and_updates_are_drawn_over_all_that_was_measured(series):
    for plot in (cost_plot(series, NAMES), step_plot(series, "a", 3)):
        assert plot.axes.xlim == (0.0, 10.0)
        assert plot.axes.yscale == "log"
        assert {layer.x for layer in plot.layers} == {"update"}
    assert cost_plot(series, NAMES).axes.ylim == pytest.approx((0.01, 10.0))
    # A thousandth is seen where all updates are larger.
    assert step_plot(series, "a", 3).axes.ylim == pytest.approx((1e-3, 1.0))


def test_updates_are_narrower_from_layer_to_layer_beside_a_line_at_a_thousandth(series):
    plot = step_plot(series, "b", 3)
    widths = [layer.style.width for layer in plot.layers]
    assert widths[0] > widths[1] > widths[2] >= 1.0
    assert [layer.label for layer in plot.layers] == ["1", "2", "3"]
    assert [layer.y for layer in plot.layers] == ["b.step1", "b.step2", "b.step3"]
    assert {layer.style.color for layer in plot.layers} == {STYLES["b"].color}
    target = Figure().subplots()
    target.set(xlim=(0.0, 10.0), ylim=(0.5, 1.0))
    plot.axes.draw(target)
    assert target.get_ylim() == (0.5, 1.0)
    assert [line.get_ydata() for line in target.lines] == [[1e-3, 1e-3]]


def test_tables_have_a_row_for_each_side_and_kind():
    table = layer_table(NAMES, 2)
    assert [row.label for row in table.rows] == [
        "A: saturated, %", "A: dead units", "B: saturated, %", "B: dead units",
    ]  # fmt: skip
    assert table.rows[2].cells == ("b.saturated1", "b.saturated2")
    assert table.rows[1].cells == ("a.dead1", "a.dead2")
    assert table.columns == ("$l = 1$", "$l = 2$")
    summary = summary_table(NAMES, 50, {"b": {2: "vanishing"}})
    assert summary.columns[1] == "right of 50"
    assert [row.notes for row in summary.rows] == [{}, {2: "vanishing"}]


@pytest.mark.parametrize(
    ("ailments", "ended", "told"),
    [
        (["", "", "dead", "dead", ""], None, {1: "", 3: "dead", 5: ""}),
        (["dead"] * 5, None, {1: "dead"}),
        # Measured before the updates 1, 2, 4, 8 and 16.
        (["", "exploding", "dead", "", ""], 4, {1: "", 2: "exploding", 3: "diverged at update 4"}),
        (["", "exploding", "dead", "", ""], 5, {
            1: "", 2: "exploding", 3: "dead", 4: "diverged at update 5",
        }),
    ],
)  # fmt: skip
def test_what_ails_a_network_is_told_where_it_changes_until_it_ends(
    monkeypatch, ailments, ended, told
):
    monkeypatch.setattr("mlpteach.views.signals.diagnoses", lambda signals, bounded: ailments)
    trace = SimpleNamespace(diverged=ended and SimpleNamespace(k=ended))
    signals = SimpleNamespace(k=np.array([1, 2, 4, 8, 16]))
    assert _notes({"a": (trace, signals)}, {"a": True}) == {"a": told}


def test_every_layer_with_weights_is_drawn(series):
    panels = signal_panels({"a": measured(), "b": measured()}, NAMES, series, {})
    lines = {panel.title: len(panel.layers) for panel in panels if hasattr(panel, "layers")}
    assert lines["A: update / weights, layer $1 … 3$"] == 3
    assert lines["Distribution of $V^{(l)}$"] == 6
    assert lines["Activations, B: ReLU, He"] == 2


def test_formulas_stand_where_there_are_some():
    """First weights of the reader's own have a name alone."""

    def narrow(rng, n_out, n_in):
        return rng.normal(0.0, 0.1, (n_out, n_in))

    tanh, he = mt.ACTIVATIONS["tanh"], mt.INITIALIZERS["he"]
    settings = {"a": (tanh, he), "b": (tanh, as_initializer(narrow))}
    first, second = definitions(settings, 50).lines[:2]
    assert first == f"A:  ${tanh.latex}$,   first weights ${he.latex}$"
    assert second == f"B:  ${tanh.latex}$,   first weights narrow"
