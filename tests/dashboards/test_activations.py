"""The dashboard of activations and first weights: what it trains, shows and refuses."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.ailments import AILMENTS
from mlpteach.views import Images, Plot, Text
from mlpteach.views.packed import unpacked

MOONS = mt.datasets.moons(n=60, seed=1)
SMALL = {"depth": 3, "units": 8, "epochs": 10}


@pytest.fixture(scope="module")
def dashboard():
    return mt.dashboards.activations(*MOONS, instances=60, **SMALL)


def configured(**values):
    dashboard = mt.dashboards.activations(*MOONS, instances=60, **SMALL)
    dashboard.configure(**{name.replace("_", "."): value for name, value in values.items()})
    return dashboard


def test_trains_as_the_same_calls_of_train_do(dashboard):
    rule = mt.rule("momentum", form="paper", eta=0.01)
    for (name, trace), (hidden, init) in zip(
        dashboard.traces.items(), [("sigmoid", "uniform"), ("relu", "he")], strict=True
    ):
        net = mt.MLP((2, 8, 8, 8, 1), hidden=hidden, init=init, seed=1)
        expected = mt.train(net, *MOONS, rule=rule, epochs=10)
        np.testing.assert_array_equal(trace[-1].after.flat, expected[-1].after.flat, name)


def test_shown_numbers_are_those_of_the_traces(dashboard):
    series = dashboard.show.series
    assert series["update"].tolist() == [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20]
    for side, trace in zip("ab", dashboard.traces.values(), strict=True):
        before = trace.network(5)  # the parameters that update 6 starts from
        assert series[f"{side}.loss"][5] == pytest.approx(before.loss(*MOONS))
        assert series[f"{side}.right"][5] == round(60 * before.accuracy(*MOONS))
        gradient = mt.train(before, *MOONS, epochs=1, batch_size=None)[0].gradient
        size = [np.sqrt(np.mean(W**2)) for W in gradient.W.values()]
        np.testing.assert_allclose(series[f"{side}.gradient"][5], size, rtol=1e-10)
        assert series[f"{side}.gradient_ratio"][5] == pytest.approx(size[0] / size[-1])


def test_every_cell_and_layer_names_a_series(dashboard):
    series, panels = dashboard.show.series, dashboard.show.panels
    cells = [cell for p in panels if hasattr(p, "rows") for row in p.rows for cell in row.cells]
    drawn = [layer.y for p in panels if hasattr(p, "layers") for layer in p.layers]
    assert set(cells + drawn) <= set(series)
    assert {f"{side}.dead{layer}" for side in "ab" for layer in (1, 2, 3)} <= set(cells)
    for kind, layers in (("A", 3), ("gradient", 4), ("sensitivity", 4)):
        names = {f"{side}.{kind}{layer}" for side in "ab" for layer in range(1, layers + 1)}
        assert names <= set(drawn)
    assert all(len(array) == dashboard.show.steps for array in series.values())


def test_histograms_stand_on_their_layer(dashboard):
    for layer in (1, 2, 3):
        ridge = dashboard.show.series[f"b.A{layer}"]
        assert ridge.min() == layer
        np.testing.assert_allclose(ridge.max(axis=1), layer + 0.85)


def test_dead_and_saturated_units_with_zeros():
    series = configured(b_init="zeros").show.series
    assert [series[f"b.dead{layer}"][0] for layer in (1, 2, 3)] == [8, 8, 8]
    assert [series[f"b.saturated{layer}"][0] for layer in (1, 2, 3)] == [100, 100, 100]
    assert np.isnan(series["b.gradient_ratio"]).all()  # 0/0
    assert series["b.all_dead"][0] == 24


def at(dashboard, moment, series):
    return dashboard.show.series[series][moment]


def test_the_lectures_claims_before_the_first_update():
    dashboard = mt.dashboards.activations(epochs=1)
    assert at(dashboard, 0, "a.gradient_ratio") == pytest.approx(0.0056, abs=5e-5)
    assert at(dashboard, 0, "b.gradient_ratio") == pytest.approx(0.30, abs=5e-3)
    assert at(dashboard, 0, "b.all_dead") == 26
    dashboard.configure(**{"a.init": "glorot", "b.init": "uniform"})
    assert at(dashboard, 0, "a.gradient_ratio") == pytest.approx(0.000047, abs=5e-7)
    assert at(dashboard, 0, "b.sensitivity_ratio") == pytest.approx(147, abs=0.5)
    assert at(dashboard, 0, "b.loss") == pytest.approx(2055, abs=0.5)
    dashboard.configure(**{"a.activation": "tanh"})
    assert at(dashboard, 0, "a.gradient_ratio") == pytest.approx(0.31, abs=5e-3)


def test_the_lectures_claims_after_the_last_update():
    dashboard = mt.dashboards.activations()
    assert at(dashboard, -1, "a.right") < 40
    assert at(dashboard, -1, "b.right") > 180
    dashboard.configure(**{"a.activation": "tanh", "b.init": "uniform"})
    assert np.mean([at(dashboard, -1, f"a.saturated{layer}") for layer in range(2, 7)]) / 100 > 0.4
    assert at(dashboard, 10, "b.all_dead") > 170
    assert not at(dashboard, -1, "b.gradient").any()
    dashboard.configure(**{"b.init": "he", "momentum.eta": 0.1})
    assert at(dashboard, -1, "b.all_dead") > 100


def test_one_changed_side_leaves_the_other_run_alone(dashboard):
    first = list(dashboard.traces.values())
    dashboard.configure(**{"b.activation": "tanh"})
    assert list(dashboard.traces) == ["A: sigmoid, uniform", "B: tanh, He"]
    assert dashboard.trace is first[0]
    dashboard.configure(**{"b.activation": "relu"})
    assert list(dashboard.traces.values())[1] is first[1]


def options(dashboard, name):
    control = next(one for one in dashboard.spec["controls"] if one["name"] == name)
    return dict(control["options"])


def test_every_activation_and_initializer_is_listed(dashboard):
    for side in "ab":
        assert set(options(dashboard, f"{side}.activation")) == set(mt.ACTIVATIONS) - {"softmax"}
        assert set(options(dashboard, f"{side}.init")) == set(mt.INITIALIZERS)
    assert options(dashboard, "a.activation")["gelu"] == "GELU (beyond the lecture)"


def test_functions_of_ones_own_are_taken_and_offered():
    def relu(Z):  # a name that is taken
        return np.maximum(Z, 0.1 * Z)

    def narrow(n_in, n_out, rng):
        return rng.normal(0.0, 0.1, (n_out, n_in))

    dashboard = mt.dashboards.activations(*MOONS, a=(relu, narrow), b=("relu", "he"), **SMALL)
    assert list(dashboard.traces) == ["A: relu, narrow", "B: ReLU, He"]
    assert options(dashboard, "b.activation")["own relu"] == "relu"
    net = mt.MLP((2, 8, 8, 8, 1), hidden=relu, init=narrow, seed=1)
    rule = mt.rule("momentum", form="paper", eta=0.01)
    expected = mt.train(net, *MOONS, rule=rule, epochs=10)
    np.testing.assert_allclose(dashboard.trace[-1].after.flat, expected[-1].after.flat, rtol=1e-12)
    dashboard.configure(**{"b.activation": "own relu", "b.init": "narrow"})
    first, second = dashboard.traces.values()
    np.testing.assert_array_equal(first[-1].after.flat, second[-1].after.flat)
    dashboard.figure(2).draw_without_rendering()


def test_what_is_called_saturated_is_said_of_the_activations_shown(dashboard):
    said = dashboard.show.panels[-1].lines
    assert any("for z sigmoid beyond ±6, ReLU below 0." in line for line in said)


def test_depth_changes_both_networks():
    dashboard = configured(depth=1)
    assert [trace.run.problem.net.sizes for trace in dashboard.traces.values()] == [(2, 8, 1)] * 2
    with pytest.raises(ValueError, match="depth must be a whole number >= 1 and <= 10; given 11"):
        dashboard.configure(depth=11)


@pytest.mark.parametrize("rule", ["adagrad", "adam", "muon"])
def test_any_rule_of_the_table_is_chosen_on_the_page(rule):
    dashboard = configured(rule=rule)
    net = mt.MLP((2, 8, 8, 8, 1), hidden="relu", init="he", seed=1)
    expected = mt.train(net, *MOONS, rule=rule, epochs=10)
    last = list(dashboard.traces.values())[1][-1].after
    np.testing.assert_array_equal(last.flat, expected[-1].after.flat)


def test_every_rule_has_its_sliders_seen_where_it_is_chosen():
    dashboard = mt.dashboards.activations(*MOONS, rule="adam", **SMALL)
    assert set(options(dashboard, "rule")) == set(mt.RULES)
    shown = {one["name"]: one["when"] for one in dashboard.spec["controls"]}
    assert shown["adagrad.eta"] == ("rule", "adagrad")
    assert dashboard.values["adam.beta1"] == 0.9
    dashboard.configure(**{"adam.eta": 0.02})
    assert all(trace.run.rule.values["eta"] == 0.02 for trace in dashboard.traces.values())
    dashboard.configure(**{"rule": "adagrad", "adagrad.eta": 0.03})
    assert {str(trace.run.rule) for trace in dashboard.traces.values()} == {"adagrad (lecture)"}
    assert all(trace.run.rule.values["eta"] == 0.03 for trace in dashboard.traces.values())


def test_a_rule_without_step_size_and_an_own_rule():
    def mine(k, G, *, eta=0.1):
        return mt.Quantities(rho=eta * G)

    for rule in ("lbfgs", "adadelta", mine):
        dashboard = mt.dashboards.activations(*MOONS, rule=rule, **SMALL)
        assert dashboard.show.steps > 1
    dashboard.configure(rule="gd")
    dashboard.configure(rule="mine")
    first = dashboard.trace[0]
    np.testing.assert_array_equal(first.rho.flat, 0.1 * first.gradient.flat)


def test_a_run_that_diverges_says_so_and_is_gone_from_there_on():
    dashboard = configured(b_activation="linear", **{"momentum_eta": 10.0})
    trace = dashboard.traces["B: linear, He"]
    assert f"B: linear, He: The run diverged at update k = {trace.diverged.k}" in (
        dashboard.show.message
    )
    [row] = [row for row in dashboard.show.panels[0].rows if row.label == "B: linear, He"]
    *_, (since, note) = row.notes.items()
    assert note == f"diverged at update {trace.diverged.k}"
    series = dashboard.show.series
    assert series["update"][since - 1] >= trace.diverged.k > series["update"][since - 2]
    assert np.isnan(series["b.loss"][since - 1 :]).all()
    assert np.isfinite(series["b.loss"][: since - 1]).all()
    assert np.isfinite(series["a.loss"]).all()
    dashboard.figure(dashboard.show.steps)


def test_state_gives_the_same_picture_again(dashboard):
    other = configured(a_activation="silu", a_init="nielsen", depth=2, **{"momentum_eta": 0.05})
    other.position = {"k": 4}
    again = mt.dashboards.activations(*MOONS, instances=60, **SMALL)
    again.state = other.state
    assert (again.values, again.position) == (other.values, other.position)
    for name, array in other.show.series.items():
        np.testing.assert_array_equal(again.show.series[name], array)


def test_figure_names_both_sides(dashboard):
    figure = dashboard.figure(3)
    texts = [text.get_text() for part in figure.subfigs for ax in part.axes for text in ax.texts]
    assert any("A: sigmoid, uniform" in text for text in texts)
    titles = [ax.get_title() for part in figure.subfigs for ax in part.axes]
    assert "Activations, B: ReLU, He" in titles


def test_instances_are_spread_over_the_data():
    X, y = mt.datasets.digits()
    series = mt.dashboards.activations(X, y, epochs=1, instances=10, depth=1).show.series
    net = mt.MLP((64, 30, 10), init="uniform", seed=1)
    rows = [0, 200, 399, 599, 798, 998, 1197, 1397, 1596, 1796]
    assert series["a.loss"][0] == pytest.approx(net.loss(X[rows], y[rows]))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"a": "relu"}, TypeError, "a must be a pair"),
        ({"a": ("glu", "he")}, ValueError, "the activation of a='glu' is unknown; allowed: sig"),
        ({"b": ("relu", "xavier")}, ValueError, "init='xavier' is unknown"),
        ({"b": ("softmax", "he")}, ValueError, "the activation of b must work element by element"),
        ({"a": (lambda Z: Z[:1], "he")}, ValueError, "must return an array of the shape of Z"),
        ({"depth": 0}, ValueError, "depth must be a whole number >= 1 and <= 10"),
        ({"units": 2.5}, TypeError, "units must be a whole number"),
        ({"instances": 0}, ValueError, "instances must be a whole number"),
        ({"rule": "sgd"}, ValueError, "rule='sgd' is unknown"),
        ({"loss": "hinge"}, ValueError, "loss='hinge' is unknown"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"seed": -1}, ValueError, "seed"),
        ({"output": "sofmax"}, ValueError, "Did you mean 'softmax'"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.activations(*MOONS, **arguments)


def test_x_without_y_and_data_that_is_no_data_are_refused():
    with pytest.raises(ValueError, match="both X and y"):
        mt.dashboards.activations(MOONS[0])
    with pytest.raises(TypeError, match="X must be an array of floats"):
        mt.dashboards.activations("digits", [0, 1])
    with pytest.raises(ValueError, match="y"):
        mt.dashboards.activations(MOONS[0], MOONS[1][:10])


DIGITS = tuple(array[:150] for array in mt.datasets.digits())


@pytest.fixture(scope="module")
def digits():
    return mt.dashboards.activations(*DIGITS, depth=2, units=6, epochs=2, instances=100)


def panels(dashboard, kind, start=""):
    return [p for p in dashboard.show.panels if isinstance(p, kind) and p.title.startswith(start)]


def test_what_ails_a_network_stands_behind_its_row():
    dashboard = mt.dashboards.activations(epochs=1)
    a, b = dashboard.show.panels[0].rows
    assert a.notes[1] == "vanishing"
    assert b.notes[1] == ""
    (words,) = panels(dashboard, Text, "What is counted")
    for ailment in AILMENTS:
        assert any(ailment.rule in line and ailment.source in line for line in words.lines)


def test_updates_beside_the_weights_a_line_a_layer(dashboard):
    series = dashboard.show.series
    for side, trace in zip("ab", dashboard.traces.values(), strict=True):
        (plot,) = panels(dashboard, Plot, f"{side.upper()}: update / weights")
        assert [layer.y for layer in plot.layers] == [f"{side}.step{n}" for n in (1, 2, 3, 4)]
        assert [layer.label for layer in plot.layers] == ["1", "2", "3", "4"]
        widths = [layer.style.width for layer in plot.layers]
        assert widths == sorted(widths, reverse=True)
        for moment, k in ((0, 1), (11, 20)):
            step = trace[k - 1]
            for layer in (1, 4):
                expected = np.linalg.norm(step.rho.W[layer]) / np.linalg.norm(step.before.W[layer])
                assert series[f"{side}.step{layer}"][moment] == pytest.approx(expected)


def test_images_are_those_before_the_updates_shown(digits):
    a, b = panels(digits, Images)
    assert (a.field, b.field, a.side, a.chosen) == ("units.a", "units.b", 8, "row")
    assert digits.core.spec["choices"] == [6, 1]
    frames = digits.show.frames
    ks = digits.show.series["update"].astype(int)
    limit = float(a.title.rpartition("±")[2])
    for moment in (1, 4, len(ks)):
        field = frames.named(frames.read(moment, moment))["units.b"][0]
        trace = digits.traces["B: ReLU, He"]
        learned = trace[ks[moment - 1] - 1].before.W[1] - trace[0].before.W[1]
        shown = limit * unpacked(field)[:, :64]
        np.testing.assert_allclose(shown, learned.clip(-limit, limit), atol=limit / 100)


def test_mistakes_are_those_before_the_updates_shown(digits):
    digits.configure(images="wrong")
    frames, trace = digits.show.frames, digits.traces["A: sigmoid, uniform"]
    rows = np.linspace(0, 149, 100).round().astype(int)
    X, y = (array[rows] for array in DIGITS)
    for moment, k in enumerate(digits.show.series["update"].astype(int), 1):
        total = frames.named(frames.read(moment, moment))["wrong.a.total"][0, 0, 0]
        assert total == np.sum(trace.network(int(k) - 1).outputs(X).argmax(axis=1) != y)
    digits.configure(images="looks")


def test_other_data_show_no_images(dashboard):
    assert panels(dashboard, Images) == []
    assert dashboard.show.frames is None
