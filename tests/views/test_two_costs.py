"""The panels of a network under two costs, from numbers made by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import frames_of
from mlpteach.views.two_costs import (
    chosen_plot,
    lab_heats,
    lab_plots,
    line_formulas,
    lines_table,
    lines_text,
    runs_table,
    show_costs,
)

LOSSES = {id: mt.LOSSES[id] for id in ("mse", "cross_entropy")}


def test_every_layer_has_its_numbers_in_the_formulas():
    formulas = {name: line for name, id, line in line_formulas(LOSSES, 3) if not id}
    assert formulas["A2"] == r"$A^{(2)} = \phi(W^{(1)} A^{(1)} + b^{(1)})$"
    assert formulas["A4"] == r"$A^{(4)} = \phi(W^{(3)} A^{(3)} + b^{(3)})$"
    assert formulas["V1"] == r"$V^{(1)} = (W^{(2)})^T V^{(2)} \ast \phi'(Z^{(1)})$"
    assert formulas["V2"] == r"$V^{(2)} = (W^{(3)})^T V^{(3)} \ast \phi'(Z^{(2)})$"
    assert formulas["G3"] == r"$\nabla W^{(3)} = V^{(3)} (A^{(3)})^T / n$"
    told = [(name, id) for name, id, _ in line_formulas(LOSSES, 3) if id]
    assert told == [("V3", "mse"), ("V3", "cross_entropy")]


def test_the_text_marks_the_lines_of_one_cost():
    text = lines_text(LOSSES, 2, "sigmoid")
    assert text.title == "From MSE to cross-entropy: one line of 6"
    marked = [text.lines[i] for i in text.marked]
    assert [line.split(":")[0] for line in marked] == ["MSE", "cross-entropy"]
    assert marked[1] == "cross-entropy: $V^{(2)} = A^{(3)} - Y$"


@pytest.mark.parametrize("same", [True, False])
def test_the_table_notes_from_the_first_update_on_which_formula_is_another(same):
    table = lines_table(LOSSES, 2, same)
    labels = [row.label for row in table.rows]
    assert labels == [
        "$A^{(2)}$", "$A^{(3)}$", "$V^{(2)}$", "$V^{(1)}$",
        r"$\nabla W^{(2)}$", r"$\nabla W^{(1)}$",
    ]  # fmt: skip
    assert [row.notes for row in table.rows] == [{}, {}, {1: "another formula"}, {}, {}, {}]
    assert table.rows[3].cells == ("V1.mse", "V1.cross_entropy", "V1.difference", "V1.off")
    assert table.columns[:2] == ("size, MSE", "size, cross-entropy")
    assert table.title.endswith("at the same weights" if same else "each at its own weights")


class Run:
    """A run of three updates, which may have broken at update k."""

    def __init__(self, loss, k=None):
        self.run = SimpleNamespace(problem=SimpleNamespace(loss=loss))
        self.diverged = k and SimpleNamespace(k=k)

    def __len__(self):
        return 3


@pytest.mark.parametrize(("k", "told"), [(1, 1), (2, 1), (4, 3)])
def test_an_end_is_told_at_the_last_update_that_is_there(k, told):
    whole, ended = runs_table({"mse": Run(LOSSES["mse"]), "b": Run(LOSSES["mse"], k)}).rows
    assert whole.notes == {}
    assert ended.notes == {told: f"diverged at update {k}"}
    assert ended.cells == ("b.J", "b.validation")


@pytest.mark.parametrize(("lowest", "scale"), [(0.5, "log"), (0.0, "log"), (-0.5, "linear")])
def test_costs_below_0_have_a_place_on_their_axis(lowest, scale):
    series = {"k": np.arange(1.0, 4.0)}
    for id in LOSSES:
        series |= {f"{id}.J": np.array([4.0, 2.0, 1.0]), f"V2.{id}": np.array([1.0, 0.5, 0.2])}
    series["cross_entropy.J"] = np.array([4.0, lowest, np.nan])
    cost, accuracy, sensitivity = lab_plots(series, LOSSES, 2)
    assert (cost.axes.yscale, sensitivity.axes.yscale) == (scale, "log")
    assert cost.axes.ylim[0] <= lowest or lowest == 0
    assert (accuracy.axes.ylim, accuracy.axes.yscale) == ((0.0, 1.0), "linear")
    for plot in (cost, accuracy, sensitivity):
        assert plot.axes.xlim == (0.0, 4.0)
    assert [layer.y for layer in accuracy.layers] == ["mse.validation", "cross_entropy.validation"]
    assert [layer.y for layer in sensitivity.layers] == ["V2.mse", "V2.cross_entropy"]


def sensitivities(**others):
    """Two updates of three outputs, two hidden units, two instances."""
    arrays = {
        "V2.mse": np.full((2, 3, 2), 0.25),
        "V2.cross_entropy": np.full((2, 3, 2), -0.75),
        "V1.mse": np.zeros((2, 2, 2)),
        "V1.cross_entropy": np.zeros((2, 2, 2)),
    }
    arrays["V2.mse"][1, 2, 1] = np.nan  # a batch that is smaller
    return frames_of(arrays | others)


def test_both_costs_share_the_colours_of_the_larger():
    heats = lab_heats(sensitivities(), sensitivities(), LOSSES, 2, same_weights=False)
    assert [heat.field for heat in heats] == [
        "V2.mse", "V2.cross_entropy", "V1.mse", "V1.cross_entropy",
    ]  # fmt: skip
    # Where all is 0 any limit does, but none is refused.
    assert [heat.limit for heat in heats] == [0.75, 0.75, 1.0, 1.0]
    assert [heat.title for heat in heats[:2]] == ["$V^{(2)}$, MSE", "$V^{(2)}$, cross-entropy"]
    assert not any(heat.selectable or heat.instances for heat in heats)
    assert "at the weights of" not in heats[0].label
    same = lab_heats(sensitivities(), sensitivities(), LOSSES, 2, same_weights=True)
    assert "by cross-entropy at the weights of MSE" in same[1].label


def test_a_single_layer_has_one_pair_of_maps():
    assert len(lab_heats(sensitivities(), sensitivities(), LOSSES, 1, same_weights=False)) == 2


def test_bars_of_both_costs_stand_beside_each_other_from_0():
    plot = chosen_plot(sensitivities(), LOSSES, 2)
    mse, cross_entropy = plot.layers
    assert mse.x == pytest.approx([-0.2, 0.8, 1.8])
    assert cross_entropy.x == pytest.approx([0.2, 1.2, 2.2])
    assert (mse.field, cross_entropy.field) == ("V2.mse", "V2.cross_entropy")
    # Wide as their distance; the axes hold all of them, and as much below 0 as above.
    assert mse.width == cross_entropy.width == pytest.approx(0.4)
    assert plot.axes.xlim == pytest.approx((-0.6, 2.6))
    assert plot.axes.ylim == pytest.approx((-0.7875, 0.7875))
    still = chosen_plot(sensitivities(), LOSSES, 1)
    assert still.axes.ylim == pytest.approx((-1.05, 1.05))


def test_where_both_break_at_once_there_is_the_message_alone():
    class Broken(Run):
        def __len__(self):
            return 0

    show = show_costs({id: Broken(loss, 1) for id, loss in LOSSES.items()}, False)
    assert (show.steps, show.panels) == (0, ())
    assert [line.split(":")[0] for line in show.message.splitlines()] == ["MSE", "cross-entropy"]
