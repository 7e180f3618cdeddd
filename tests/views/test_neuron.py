"""The panels of one neuron under several costs: axes, styles, and what the table tells."""

from types import SimpleNamespace

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.one_neuron import Neuron
from mlpteach.views.neuron import (
    label,
    neuron_plots,
    neuron_series,
    neuron_table,
    plain,
    show_neuron,
    style,
    updates_until_half,
)
from mlpteach.views.panels import Line, Plot

QUADRATIC, SLIDE = (Neuron(mt.LOSSES["mse"], 1.0, 0.0, factor) for factor in (0.5, 1.0))
CROSS_ENTROPY = Neuron(mt.LOSSES["cross_entropy"], 1.0, 0.0, 1.0)
LONG_WAY = Neuron(mt.LOSSES["cross_entropy"], 1.0, 0.0, 1.0, True)
NEURONS = {"mse": QUADRATIC, "cross_entropy": CROSS_ENTROPY, "long": LONG_WAY}


def run(neuron, steps=6):
    return mt.descend(neuron, [2.0, 2.0], rule=mt.rule("gd", eta=0.15), steps=steps)


@pytest.fixture(scope="module")
def show():
    return show_neuron(NEURONS, {name: run(neuron) for name, neuron in NEURONS.items()}, 0.0)


def plots(show):
    return [panel for panel in show.panels if isinstance(panel, Plot)]


def test_the_long_way_is_broad_and_dotted_in_the_colour_of_its_cost():
    usual, long_way = style(CROSS_ENTROPY), style(LONG_WAY)
    assert usual == mt.LOSSES["cross_entropy"].style
    assert (long_way.dash, long_way.marker, long_way.color) == ("dotted", "^", usual.color)
    assert long_way.width > usual.width


def test_names_tell_nielsens_half_from_the_slides_cost():
    assert label(QUADRATIC).startswith("quadratic $")
    assert label(SLIDE) == plain(SLIDE) == "MSE"
    assert plain(QUADRATIC) == "½(y − a)², Nielsen"
    assert label(LONG_WAY) == plain(LONG_WAY) == "cross-entropy, long way"


def test_lines_over_updates_have_a_future_points_on_curves_none(show):
    for plot in plots(show)[:3]:
        assert plot.axes.xlim == (0.0, 7.0)
        lines = [layer for layer in plot.layers if isinstance(layer, Line)]
        assert [line.x for line in lines] == ["k"] * 3
        assert all(line.future for line in lines)
    for plot in plots(show)[3:]:
        lines = [layer for layer in plot.layers if isinstance(layer, Line)]
        assert lines
        assert not any(line.future for line in lines)


def test_a_shorter_run_leaves_its_places_empty():
    series = neuron_series({"mse": run(QUADRATIC, 2), "cross_entropy": run(CROSS_ENTROPY, 4)}, 1.0)
    assert series["k"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert np.isnan(series["mse.a"]).tolist() == [False, False, True, True]
    assert np.isfinite(series["cross_entropy.a"]).all()


@pytest.mark.parametrize(("negative", "scale"), [((), "log"), (("mse",), "linear")])
def test_costs_have_a_logarithmic_axis_unless_one_is_negative(negative, scale):
    series = neuron_series({name: run(neuron) for name, neuron in NEURONS.items()}, 1.0)
    for name in negative:
        series[f"{name}.J"][-1] = -0.25
    axes = neuron_plots(NEURONS, series, 0.0)[0].axes
    assert axes.yscale == scale
    assert (axes.ylim[0] < 0) is bool(negative)


@pytest.mark.parametrize(
    ("before", "after", "y", "updates"),
    [
        ([0.9, 0.8, 0.6], [0.8, 0.6, 0.5], 0.0, 3),
        ([0.9, 0.8, 0.6], [0.8, 0.6, 0.51], 0.0, None),
        ([0.9, 0.8], [0.8, 0.7], 1.0, 0),
        ([0.1, 0.4], [0.4, 0.7], 1.0, 2),
    ],
)
def test_updates_are_counted_until_the_output_is_half_way(before, after, y, updates):
    series = {"run.a": np.array(before), "run.a_after": np.array(after)}
    assert updates_until_half(series, "run", y) == updates


class Ended:
    """A run that broke at update k."""

    def __init__(self, k):
        self.diverged = SimpleNamespace(k=k)

    def __len__(self):
        return self.diverged.k - 1


@pytest.mark.parametrize(("k", "told"), [(1, 1), (2, 1), (5, 4)])
def test_an_end_is_told_at_the_last_update_that_is_there(k, told):
    series = {"run.a": np.array([0.9]), "run.a_after": np.array([0.8])}
    (row,) = neuron_table({"run": QUADRATIC}, {"run": Ended(k)}, series, 0.0).rows
    assert row.notes == {told: f"diverged at update {k}"}
    assert row.cells[4] == f"more than {k - 1}"


@pytest.mark.parametrize(("y", "said"), [(0.0, r"$a \leq 0.5$"), (0.25, r"$|a - y| \leq 0.5$")])
def test_the_table_says_what_half_way_is(y, said):
    series = {"run.a": np.array([0.9]), "run.a_after": np.array([0.8])}
    table = neuron_table({"run": QUADRATIC}, {"run": Ended(2)}, series, y)
    assert table.columns[4] == f"updates until {said}"


def test_no_cost_chosen_is_said():
    show = show_neuron({}, {}, 0.0)
    assert (show.steps, show.message) == (0, "No cost is chosen: choose at least one.")
