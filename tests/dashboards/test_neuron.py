"""Nielsen's neuron: the numbers of the reference, the long way, and what is refused."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.one_neuron import Neuron
from mlpteach.views import Path, Plot, Text

SATURATED = "20.0_20.0"


def after(dashboard, run, quantity="a"):
    """The number after the last update."""
    return dashboard.show.series[f"{run}.{quantity}_after"][-1]


def until_half(dashboard):
    """What the table says about each run: how many updates to a <= 1/2."""
    table = dashboard.show.panels[0]
    place = next(i for i, c in enumerate(table.columns) if c.startswith("updates until"))
    return [row.cells[place] for row in table.rows]


# Numbers worked out independently of the package: Nielsen's book, chapter 3.


@pytest.mark.parametrize(
    ("start", "eta", "run", "a_first", "a_last"),
    [
        ((0.6, 0.9), 0.15, "mse", 0.8175744762, 0.0939556949),
        ((2.0, 2.0), 0.15, "mse", 0.9820137900, 0.2028484243),
        ((0.6, 0.9), 0.005, "cross_entropy", 0.8175744762, 0.4176792996),
        ((2.0, 2.0), 0.005, "cross_entropy", 0.9820137900, 0.7795870642),
        ((0.6, 0.9), 0.15, "cross_entropy", 0.8175744762, 0.0116382090),
        ((2.0, 2.0), 0.15, "cross_entropy", 0.9820137900, 0.0120087415),
    ],
)
def test_nielsens_numbers(start, eta, run, a_first, a_last):
    dashboard = mt.dashboards.neuron(start=start, eta=eta)
    assert dashboard.show.steps == 300
    assert dashboard.show.series[f"{run}.a"][0] == pytest.approx(a_first, abs=1e-10)
    assert after(dashboard, run) == pytest.approx(a_last, abs=1e-10)


def test_nielsens_weights():
    dashboard = mt.dashboards.neuron(start=(0.6, 0.9))
    assert after(dashboard, "mse", "w") == pytest.approx(-1.2831324334, abs=1e-10)
    assert after(dashboard, "mse", "b") == pytest.approx(-0.9831324334, abs=1e-10)


def test_updates_until_half():
    assert until_half(mt.dashboards.neuron()) == ["232", "17"]
    assert until_half(mt.dashboards.neuron(updates=20)) == ["more than 20", "17"]
    assert until_half(mt.dashboards.neuron(start=(-1.0, -1.0), updates=5)) == ["0", "0"]


def test_gain_is_the_ratio_of_the_gradients():
    series = mt.dashboards.neuron().show.series
    assert series["mse.gain"][0] == pytest.approx(56.616, abs=1e-3)
    ratio = series["cross_entropy.V"][0] / series["mse.V"][0]
    assert ratio == pytest.approx(series["mse.gain"][0], rel=1e-12)


def test_cost_of_the_slide_has_twice_the_gradient():
    slide = mt.dashboards.neuron(quadratic="slide", eta=0.075, updates=50).show.series
    nielsen = mt.dashboards.neuron(quadratic="nielsen", eta=0.15, updates=50).show.series
    np.testing.assert_array_equal(slide["mse.a"], nielsen["mse.a"])
    np.testing.assert_array_equal(slide["mse.V"], 2 * nielsen["mse.V"])
    np.testing.assert_array_equal(slide["mse.J"], 2 * nielsen["mse.J"])


@pytest.mark.parametrize(("loss", "run"), [("mse",) * 2, ("cross_entropy",) * 2])
def test_agrees_with_a_network_of_one_neuron(loss, run):
    net = mt.MLP((1, 1), weights=[([[0.5]], [-1.0])])
    rule = mt.rule("adam", eta=0.1)
    trace = mt.train(
        net, [[3.0]], [[0.25]], loss=loss, rule=rule, epochs=20, batch_size=None, progress=False
    )
    dashboard = mt.dashboards.neuron(
        (0.5, -1.0), quadratic="slide", x=3.0, y=0.25, rule=rule, updates=20
    )
    series = dashboard.show.series
    np.testing.assert_allclose(series[f"{run}.a"], [s.A[2][0, 0] for s in trace], rtol=1e-12)
    wanted = [s.sensitivity[1][0, 0] for s in trace]
    np.testing.assert_allclose(series[f"{run}.V"], wanted, rtol=1e-9)
    np.testing.assert_allclose(series[f"{run}.J"], trace.losses, rtol=1e-9, atol=1e-16)


def test_long_way_fails_where_the_output_saturates():
    dashboard = mt.dashboards.neuron(start=(20.0, 20.0), long_way=True)
    series = dashboard.show.series
    assert series["cross_entropy_long_way.a"][0] == 1.0
    assert not series["cross_entropy_long_way.V"].any()
    assert after(dashboard, "cross_entropy_long_way") == 1.0
    assert series["cross_entropy.V"][0] == 1.0
    assert series["mse.V"][0] == pytest.approx(np.exp(-40.0), rel=1e-12)
    assert until_half(dashboard) == ["more than 300", "137", "more than 300"]


def test_long_way_agrees_where_nothing_saturates():
    series = mt.dashboards.neuron(long_way=True).show.series
    np.testing.assert_allclose(
        series["cross_entropy_long_way.V"], series["cross_entropy.V"], rtol=1e-12
    )


@pytest.mark.parametrize("long_way", [False, True])
@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_gradient_agrees_with_finite_differences(loss, long_way):
    objective = Neuron(mt.LOSSES[loss], 3.0, 0.25, 0.5, long_way)
    theta, h = np.array([0.4, -0.3]), 1e-6
    _, gradient = objective(theta)
    slopes = [(objective(theta + e)[0] - objective(theta - e)[0]) / (2 * h) for e in h * np.eye(2)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-8)


def test_state_brings_the_same_picture_back():
    dashboard = mt.dashboards.neuron(updates=20)
    dashboard.configure(start=SATURATED, long_way=True, quadratic="slide", eta=0.7)
    dashboard.position = {"k": 11}
    other = mt.dashboards.neuron(updates=20)
    other.state = dashboard.state
    assert other.position["k"] == 11
    assert other.values == dashboard.values
    assert other.numbers == dashboard.numbers
    assert list(other.traces) == ["mse", "cross_entropy", "cross_entropy_long_way"]


def test_every_cost_of_a_single_output_is_listed():
    dashboard = mt.dashboards.neuron(updates=20)
    control = next(one for one in dashboard.spec["controls"] if one["name"] == "costs")
    single = {id for id, loss in mt.LOSSES.items() if loss.targets != "distribution"}
    assert set(dict(control["options"])) == single
    dashboard.configure(costs=["cross_entropy"])
    assert list(dashboard.traces) == ["cross_entropy"]
    dashboard.configure(costs=[])
    assert "choose at least one" in dashboard.show.message


def test_a_readers_own_sensitivity_is_a_cost():
    def pushed(Y, A):
        return 2 * (A - Y)

    dashboard = mt.dashboards.neuron(costs=("cross_entropy", pushed), updates=20)
    series = dashboard.show.series
    np.testing.assert_allclose(series["pushed.V"], 2 * series["pushed.a"], rtol=1e-15)
    assert "pushed" in dashboard.show.panels[-1].lines[2]
    dashboard.figure(5).draw_without_rendering()


def test_a_cost_of_ones_own():
    def quartic(Y, A):
        return (A - Y) ** 4

    own = mt.own_cost(quartic, lambda Y, A: 4 * (A - Y) ** 3)
    dashboard = mt.dashboards.neuron(costs=("mse", own), updates=20)
    series = dashboard.show.series
    np.testing.assert_allclose(series["quartic.J"], series["quartic.a"] ** 4, rtol=1e-12)
    slope = series["quartic.a"] * (1 - series["quartic.a"])
    np.testing.assert_allclose(series["quartic.V"], 4 * series["quartic.a"] ** 3 * slope, rtol=1e-9)
    dashboard.figure(5).draw_without_rendering()


def test_own_start_is_one_of_the_choices():
    dashboard = mt.dashboards.neuron((1.5, -0.25), updates=5)
    assert dashboard.values["start"] == "1.5_-0.25"
    assert dashboard.show.series["mse.w"][0] == 1.5
    dashboard.configure(start="0.6_0.9")
    assert dashboard.show.series["mse.w"][0] == 0.6


def test_diverging_run_says_where_it_broke():
    def wild(k, G, *, eta=1.0):
        """Go further and further."""
        return mt.Quantities(rho=-eta * np.float64(10.0) ** (40 * k) * np.ones_like(G))

    dashboard = mt.dashboards.neuron(rule=wild, updates=30)
    diverged = dashboard.traces["mse"].diverged
    assert f"update k = {diverged.k}" in dashboard.spec["message"]
    assert dashboard.show.steps < 30
    assert any("diverged" in note for note in dashboard.show.panels[0].rows[0].notes.values())


def test_is_drawn_for_print():
    figure = mt.dashboards.neuron(updates=10).figure(4)
    shown = " ".join(text.get_text() for part in figure.subfigs for text in part.axes[0].texts)
    assert "cross-entropy" in shown
    assert "a - y" in shown


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"start": (1.0,)}, ValueError, "start must have shape"),
        ({"start": "wrong"}, TypeError, "start must be an array"),
        ({"start": (np.nan, 1.0)}, ValueError, "start must be finite"),
        ({"costs": "mse"}, TypeError, "costs must be a list such as"),
        ({"costs": ("mse", "hing")}, ValueError, "loss='hing' is unknown"),
        ({"costs": ("softmax_cross_entropy",)}, ValueError, "is for several outputs"),
        ({"quadratic": "half"}, ValueError, "quadratic='half' is unknown; allowed: nielsen, slide"),
        ({"long_way": 1}, TypeError, "long_way must be True or False"),
        ({"updates": 0}, ValueError, "updates must be a whole number"),
        ({"updates": 10**6}, ValueError, "updates must be a whole number"),
        ({"y": 1.5}, ValueError, r"y must be in \[0, 1\]; given 1.5"),
        ({"x": np.inf}, ValueError, "x must be in"),
        ({"rule": "adm"}, ValueError, "Did you mean 'adam'"),
        ({"eta": 0.0}, ValueError, "eta must be in"),
        ({"beta": 0.9}, ValueError, "beta"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.neuron(**arguments)


def test_message_is_told_in_words():
    dashboard = mt.dashboards.neuron((0.0, 0.0), x=1e308, eta=1e10, updates=5)
    assert "Nielsen: The run diverged" in dashboard.spec["message"]
    assert "$" not in dashboard.spec["message"]


def plots(dashboard):
    return [panel for panel in dashboard.show.panels if isinstance(panel, Plot)]


def curves(plot):
    return [(layer.x, layer.y) for layer in plot.layers if isinstance(layer, Path)]


def test_the_curves_behind_the_runs_are_the_sigmoid_and_its_derivative():
    (z, a), (also_z, slope) = curves(plots(mt.dashboards.neuron())[3])
    assert z[0] <= -6.0 < 6.0 <= z[-1]
    np.testing.assert_array_equal(also_z, z)
    np.testing.assert_allclose(a, 1 / (1 + np.exp(-z)), rtol=1e-14)
    np.testing.assert_allclose(slope, np.exp(-z) / (1 + np.exp(-z)) ** 2, atol=1e-15)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_curves_of_what_each_output_is_told_are_the_slides(y):
    (a, told), (b, cross_entropy) = curves(plots(mt.dashboards.neuron(y=y))[4])
    assert 0.0 < a[0] < 0.005
    assert 0.995 < a[-1] < 1.0
    np.testing.assert_allclose(told, (a - y) * a * (1 - a), rtol=1e-12)  # Nielsen's half of MSE
    np.testing.assert_allclose(cross_entropy, b - y, rtol=1e-12)


def test_the_wanted_output_is_drawn_over_all_updates():
    [(k, wanted)] = curves(plots(mt.dashboards.neuron(y=1.0, updates=20))[1])
    assert (k.tolist(), wanted.tolist()) == ([0.0, 21.0], [1.0, 1.0])


def test_what_stands_after_an_update_is_what_stands_before_the_next():
    series = mt.dashboards.neuron(x=0.5, start=(0.6, 0.9), updates=30).show.series
    for run in ("mse", "cross_entropy"):
        for name in "wba":
            after, before = series[f"{run}.{name}_after"], series[f"{run}.{name}"]
            np.testing.assert_allclose(after[:-1], before[1:], rtol=1e-15)
        z = 0.5 * series[f"{run}.w"] + series[f"{run}.b"]
        np.testing.assert_allclose(series[f"{run}.a"], 1 / (1 + np.exp(-z)), rtol=1e-14)


def test_only_the_lines_of_the_costs_are_marked():
    [text] = [panel for panel in mt.dashboards.neuron().show.panels if isinstance(panel, Text)]
    assert [text.lines[i].split(":")[0] for i in text.marked] == ["quadratic", "cross-entropy"]
    assert [line.split(":")[0] for line in (text.lines[0], text.lines[-1])] == ["all", "all"]
