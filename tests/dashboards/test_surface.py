"""The cost surface of a network, against singular values and a network in plain NumPy."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import Line, Plot, Table, Text

MOONS = mt.datasets.moons(n=40, seed=1)
RULES = ("gd", "momentum", ("adam", "paper"))
NAMES = ("gd (lecture)", "momentum (lecture)", "adam (paper)")


def surface(**options):
    options = {"net": mt.MLP((2, 3, 1), seed=1), "updates": 30, **options}
    return mt.dashboards.surface(*MOONS, options.pop("rules", RULES), **options)


@pytest.fixture(scope="module")
def dashboard():
    return surface()


def cost(theta, X, y):
    """Cross-entropy of a network of sigmoids 2-3-1, by hand."""
    W1, b1, W2, b2 = theta[:6].reshape(3, 2), theta[6:9], theta[9:12], theta[12]
    hidden = 1 / (1 + np.exp(-(X @ W1.T + b1)))
    a = 1 / (1 + np.exp(-(hidden @ W2 + b2)))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def ways(dashboard):
    return {name: t.gather("before")["before"] for name, t in dashboard.traces.items()}


def two_directions(dashboard):
    """Right singular vectors of all places, pointing to where the ways lead."""
    moved = list(ways(dashboard).values())
    places = np.concatenate(moved)
    directions = np.linalg.svd(places - places.mean(axis=0))[2][:2].T
    return directions * np.sign(sum((W - W[0]) @ directions for W in moved).sum(axis=0))


class Contours:
    levels, allsegs = (), ()


class Drawn:
    """Stands in for axes and keeps what was filled."""

    def contourf(self, x, y, values, *args, **options):
        self.x, self.y, self.values = x, y, np.asarray(values)

    def contour(self, *args, **options):
        return Contours()

    def text(self, *args, **options):
        pass


def drawn(dashboard):
    target = Drawn()
    panel(dashboard, Plot).axes.draw(target)
    return target


def panel(dashboard, kind, title=""):
    return next(p for p in dashboard.show.panels if isinstance(p, kind) and title in p.title)


def test_ways_are_seen_on_their_two_largest_directions(dashboard):
    series, directions = dashboard.show.series, two_directions(dashboard)
    origin = ways(dashboard)[NAMES[0]][-1]
    assert series["gd (lecture).x"][-1] == series["gd (lecture).y"][-1] == 0
    for name, W in ways(dashboard).items():
        seen = np.stack([series[f"{name}.x"], series[f"{name}.y"]], axis=1)
        np.testing.assert_allclose(seen, (W - origin) @ directions, atol=1e-9)
        rest = (W - origin) - (W - origin) @ directions @ directions.T
        np.testing.assert_allclose(series[f"{name}.away"], np.linalg.norm(rest, axis=1), atol=1e-9)
        np.testing.assert_allclose(series[f"{name}.moved"], np.linalg.norm(W - W[0], axis=1))


def test_variance_that_the_plane_holds_is_that_of_the_two_largest_singular_values(dashboard):
    places = np.concatenate(list(ways(dashboard).values()))
    values = np.linalg.svd(places - places.mean(axis=0))[1] ** 2
    share = 100 * values[:2].sum() / values.sum()
    assert f"{share:.3g} % of the ways' variance" in panel(dashboard, Plot).title


def test_map_is_the_cost_on_the_plane(dashboard):
    found, directions = drawn(dashboard), two_directions(dashboard)
    origin = ways(dashboard)[NAMES[0]][-1]
    for row, column in ((0, 0), (7, 31), (40, 12)):
        place = np.array([found.x[column], found.y[row]])
        expected = cost(origin + directions @ place, *MOONS)
        assert found.values[row, column] == pytest.approx(expected, rel=1e-9)


def test_costs_of_the_runs_and_below_them_on_the_plane(dashboard):
    series, directions = dashboard.show.series, two_directions(dashboard)
    origin = ways(dashboard)[NAMES[0]][-1]
    for name, W in ways(dashboard).items():
        for k in (1, 17, 30):
            theta = W[k - 1]
            assert series[f"{name}.J"][k - 1] == pytest.approx(cost(theta, *MOONS), rel=1e-9)
            below = origin + directions @ (directions.T @ (theta - origin))
            seen = series[f"{name}.on_plane"][k - 1]
            assert seen == pytest.approx(cost(below, *MOONS), rel=1e-9)


def test_ways_stay_on_the_map(dashboard):
    axes, series = panel(dashboard, Plot).axes, dashboard.show.series
    for name in NAMES:
        for letter, (low, high) in (("x", axes.xlim), ("y", axes.ylim)):
            values = series[f"{name}.{letter}"]
            assert low < values.min()
            assert values.max() < high


def test_two_weights_alone_change_on_their_plane():
    """W^(2)[1, 3] is the parameter 11, W^(1)[2, 1] the parameter 2, counted from 0."""
    dashboard = surface(weights=((2, 1, 3), (1, 2, 1)), through="start")
    found, start = drawn(dashboard), ways(dashboard)[NAMES[0]][0]
    axes = panel(dashboard, Plot).axes
    assert (axes.xlabel, axes.ylabel) == ("$W^{(2)}_{1,3}$", "$W^{(1)}_{2,1}$")
    theta = start.copy()
    theta[[11, 2]] += found.x[5], found.y[30]
    assert found.values[30, 5] == pytest.approx(cost(theta, *MOONS), rel=1e-9)
    W = ways(dashboard)["adam (paper)"]
    series = dashboard.show.series
    np.testing.assert_allclose(series["adam (paper).x"], W[:, 11] - start[11], atol=1e-12)
    np.testing.assert_allclose(series["adam (paper).y"], W[:, 2] - start[2], atol=1e-12)


def test_weights_that_moved_most_are_offered_first(dashboard):
    moved = np.max([np.abs(W - W[0]).max(axis=0) for W in ways(dashboard).values()], axis=0)
    weights = [*range(6), *range(9, 12)]
    by_way = sorted(weights, key=lambda place: -moved[place])
    assert [int(place) for place in dashboard.core.controls["first"].options] == by_way
    assert dashboard.values["second"] == str(by_way[1])


def test_a_weight_asked_for_twice_changes_places(dashboard):
    dashboard = surface(plane="weights")
    first, second = dashboard.values["first"], dashboard.values["second"]
    dashboard.configure(first=second)
    assert (dashboard.values["first"], dashboard.values["second"]) == (second, first)


def test_plane_leads_through_the_end_of_the_rule_looked_at():
    dashboard = surface()
    dashboard.configure(tune="adam_paper")
    assert dashboard.show.series["adam (paper).away"][-1] == 0
    assert dashboard.show.series["gd (lecture).away"][-1] > 0
    dashboard.configure(through="start")
    for name in NAMES:
        assert dashboard.show.series[f"{name}.away"][0] == 0
        assert dashboard.show.series[f"{name}.x"][0] == 0


def test_every_rule_of_the_table_and_the_readers_own_can_take_part():
    def half(k, G, *, eta=0.1):
        return mt.Quantities(rho=0.5 * eta * G)

    dashboard = surface(rules=("gd", half), updates=8)
    listed = dashboard.core.controls["rules"].options
    assert {id.removesuffix("_paper") for id in listed} >= {*mt.RULES, "half"}
    dashboard.configure(rules=tuple(listed))
    assert len(dashboard.traces) == len(listed)
    [first] = [t for name, t in dashboard.traces.items() if "half" in name]
    expected = first[0].before.flat - 0.05 * first[0].gradient.flat
    np.testing.assert_allclose(first[0].after.flat, expected)


def test_rule_that_joins_starts_with_a_step_size_that_suits():
    dashboard = surface(rules=["gd"], updates=100)
    dashboard.configure(rules=("gd", "rmsprop"))
    tried = {}
    for eta in (dashboard.values["rmsprop.eta"], 1e-5):
        dashboard.configure(**{"rmsprop.eta": eta})
        tried[eta] = dashboard.traces["rmsprop (lecture)"].losses[50:].mean()
    assert min(tried, key=tried.get) != 1e-5
    assert dashboard.traces["gd (lecture)"].losses[-1] < np.log(2)


def test_step_sizes_given_stay():
    dashboard = surface(rules=[mt.rule("gd", eta=0.125), "adam"])
    assert dashboard.traces["gd (lecture)"].run.rule.values["eta"] == 0.125


def test_a_run_that_diverges_spoils_neither_plane_nor_map():
    def explode(k, G, *, eta=1.0):
        return mt.Quantities(rho=-(np.float64(1e20) ** k) * eta * (1 + abs(G)))

    alone, with_it = surface(rules=["gd"]), surface(rules=["gd", explode])
    name = next(name for name in with_it.traces if "explode" in name)
    assert f"{name}: The run diverged" in with_it.show.message
    assert panel(with_it, Plot).title == panel(alone, Plot).title
    np.testing.assert_array_equal(drawn(with_it).values, drawn(alone).values)
    with_it.figure(30)
    surface(rules=[explode]).figure(1)


def test_numbers_are_in_the_table_and_lines_in_the_plots(dashboard):
    table = panel(dashboard, Table)
    assert [row.label for row in table.rows] == [
        "Gradient descent", "Momentum", "Adam (paper)",
    ]  # fmt: skip
    for row, name in zip(table.rows, NAMES, strict=True):
        assert row.cells[1:] == tuple(f"{name}.{key}" for key in ("J", "on_plane", "moved", "away"))
    lines = [layer.y for layer in panel(dashboard, Plot).layers if isinstance(layer, Line)]
    assert lines == [f"{name}.y" for name in NAMES]


def test_cost_of_some_instances_is_said():
    dashboard = surface(instances=10)
    assert "The cost of 10 of the 40 instances" in panel(dashboard, Text).lines[0]
    X, y = (array[np.linspace(0, 39, 10).round().astype(int)] for array in MOONS)
    start = ways(dashboard)[NAMES[0]][0]
    assert dashboard.show.series["gd (lecture).J"][0] == pytest.approx(cost(start, X, y))
    assert "all 40 instances" in panel(surface(), Text).lines[0]


def test_nobody_takes_part(dashboard):
    dashboard = surface()
    dashboard.configure(rules=())
    assert "choose at least one" in dashboard.show.message


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"plane": "loss"}, ValueError, "plane"),
        ({"through": "here"}, ValueError, "through"),
        ({"weights": (2, 1, 3)}, TypeError, "layer, unit, input"),
        ({"weights": ((2, 1, 4), (1, 1, 1))}, ValueError, "input of weights"),
        ({"weights": ((3, 1, 1), (1, 1, 1))}, ValueError, "layer of weights"),
        ({"weights": ((2, 1, 1), (2, 1, 1))}, ValueError, "two different"),
        ({"updates": 0}, ValueError, "updates"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"rules": "sgd"}, ValueError, "sgd"),
        ({"net": 3}, TypeError, "MLP"),
    ],
)
def test_wrong_arguments_are_named(options, error, words):
    with pytest.raises(error, match=words):
        surface(**options)


def test_who_is_looked_at_joins():
    X, y = mt.datasets.moons(n=40, seed=2)
    dashboard = mt.dashboards.surface(X, y, ["gd"], updates=10)
    dashboard.configure(tune="adagrad")
    assert dashboard.values["rules"] == ("gd", "adagrad")
    assert "adagrad (lecture)" in dashboard.traces
