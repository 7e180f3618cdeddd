"""How erratic runs on mini-batches are: counted and computed again from the steps."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.basics.style import STYLES
from mlpteach.views.batches import history, show_batches
from mlpteach.views.image_panels import Images
from mlpteach.views.mosaic import LETTERS


@pytest.fixture(scope="module")
def traces():
    X, y = mt.datasets.moons(n=25, seed=3)
    net = mt.MLP((2, 4, 1), hidden="tanh", seed=2)

    def trained(size, epochs):
        settings = {"rule": mt.rule("gd", eta=0.5), "epochs": epochs, "progress": False}
        return mt.train(net, X, y, batch_size=size, **settings)

    return {"10": trained(10, 3), "full": trained(25, 6)}


def train_on_all(net, epochs=1):
    X, y = mt.datasets.moons(n=25, seed=3)
    return mt.train(
        net, X, y, batch_size=25, rule=mt.rule("gd", eta=0.5), epochs=epochs, progress=False
    )


def degrees(a, b):
    return np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))


def test_instances_used_are_counted(traces):
    series, _ = history(traces, 10)
    # 25 instances are batches of 10, 10 and 5; the runs made 9 and 6 updates.
    np.testing.assert_array_equal(series["10.seen"], [10, 20, 25, 35, 45, 50, 60, 70, 75, np.nan])
    np.testing.assert_array_equal(series["full.seen"], [25, 50, 75, 100, 125, 150, *[np.nan] * 4])
    np.testing.assert_array_equal(series["k"], np.arange(1, 11))


def test_costs_are_those_of_batch_and_of_all_instances(traces):
    series, _ = history(traces, 9)
    ks = series["10.full_k"]
    np.testing.assert_array_equal(ks, np.arange(1, 10))
    for step, cost in zip(traces["10"], series["10.full"], strict=True):
        once = train_on_all(traces["10"].run.problem.net.with_parameters(step.before.flat))
        assert cost == pytest.approx(once[0].loss, rel=1e-12)
    # All instances are the batch of the other run.
    shown = ~np.isnan(series["full.full_k"])
    np.testing.assert_allclose(series["full.full"][shown], series["full.batch"][shown])


def test_angles_are_those_between_the_steps(traces):
    series, _ = history(traces, 9)
    steps = [step.rho.flat for step in traces["10"]]
    turns = [degrees(a, b) for a, b in zip(steps[1:], steps, strict=False)]
    np.testing.assert_allclose(series["10.turn"][1:], turns, rtol=1e-6)
    assert np.isnan(series["10.turn"][0])
    np.testing.assert_allclose(
        series["10.mean_turn"][1:], np.cumsum(turns) / np.arange(1, 9), rtol=1e-6
    )
    # Plain descent on all instances goes along the full gradient.
    np.testing.assert_allclose(np.nan_to_num(series["full.angle"]), 0.0, atol=1e-4)
    np.testing.assert_allclose(np.nan_to_num(series["full.mean_angle"]), 0.0, atol=1e-4)


def test_the_plane_shows_the_largest_part_of_the_ways(traces):
    series, share = history(traces, 9)
    ways = [np.array([step.before.flat for step in trace]) for trace in traces.values()]
    moved = np.concatenate([way - way[0] for way in ways])
    centred = moved - moved.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred)
    assert share == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum())
    # Up to its sign each axis is a direction of the singular value decomposition.
    plane = np.abs(moved @ directions[:2].T)
    shown = np.abs([[series[f"{name}.{axis}"] for axis in "xy"] for name in traces])
    np.testing.assert_allclose(shown[0].T, plane[:9], atol=1e-9)
    np.testing.assert_allclose(shown[1].T[:6], plane[9:], atol=1e-9)
    assert np.isnan(shown[1].T[6:]).all()


def test_panels_and_rows_of_every_run(traces):
    styles = dict(zip(traces, STYLES, strict=False))
    show = show_batches(traces, styles, 9)
    way, batch, full, angle, table = show.panels
    assert (batch.axes.xlim, angle.axes.ylim) == ((0.0, 9.0), (0.0, 180.0))
    assert (batch.axes.yscale, full.axes.yscale, angle.axes.yscale) == ("log", "log", "linear")
    assert [(line.x, line.y) for line in batch.layers] == [("k", "10.batch"), ("k", "full.batch")]
    assert [line.x for line in angle.layers] == ["10.full_k", "full.full_k"]
    assert [(line.x, line.y) for line in way.layers] == [("10.x", "10.y"), ("full.x", "full.y")]
    assert [row.label for row in table.rows] == ["batches of 10", "batches of 25"]
    assert table.title == "At this update"
    assert (show.steps, show.message) == (9, "")


def test_forms_of_momentum_are_told_by_how_smoothly_they_go(traces):
    named = dict(zip(("lecture", "paper"), traces.values(), strict=True))
    show = show_batches(named, dict(zip(named, STYLES, strict=False)), 9, size=10)
    assert show.panels[3].title == "Angle between successive updates"
    assert [(line.x, line.y) for line in show.panels[3].layers] == [
        ("k", "lecture.turn"), ("k", "paper.turn"),
    ]  # fmt: skip
    assert show.panels[4].title == "At this update, batches of 10"


def test_the_way_has_room_to_every_side(traces):
    show = show_batches(traces, dict(zip(traces, STYLES, strict=False)), 9)
    way = show.panels[0].axes
    for ends, name in ((way.xlim, "x"), (way.ylim, "y")):
        values = np.concatenate([show.series[f"{run}.{name}"] for run in traces])
        span = np.nanmax(values) - np.nanmin(values)
        assert ends[0] <= np.nanmin(values) - 0.1 * span
        assert np.nanmax(values) + 0.1 * span <= ends[1]


def test_small_batches_are_seen_below_the_way_large_ones_behind_the_rest():
    X = np.linspace(0.0, 1.0, 100 * 4).reshape(100, 4)
    net = mt.MLP((4, 2, 1), seed=1)
    runs = {
        str(size): mt.train(net, X, np.arange(100) % 2, batch_size=size, epochs=1, progress=False)
        for size in (100, 64, 5)
    }
    show = show_batches(runs, dict(zip(runs, STYLES, strict=False)), 20, side=2)
    titles = {panel.title for panel in show.panels if isinstance(panel, Images)}
    assert titles == {"The batch of 5", "The batch of 64", "The batch of 100, its first 64"}
    side = [row[0] for row in show.mosaic.split(";")]
    placed = [show.panels[LETTERS.index(letter)].title for letter in dict.fromkeys(side)]
    assert placed[1:] == ["The batch of 5", "The batch of 64"]
    assert side.count("A") == 2 * len(side) / 3


def test_where_nobody_makes_an_update_there_is_the_message_alone():
    def breaks(k, G):
        return mt.Quantities(rho=np.inf * G)

    X, y = mt.datasets.moons(n=10, seed=1)
    with pytest.warns(mt.DivergenceWarning):
        broken = mt.train(mt.MLP((2, 2, 1)), X, y, rule=breaks, epochs=1, batch_size=None)
    show = show_batches({"full": broken}, {"full": STYLES[0]}, 5)
    assert (show.steps, show.panels) == (0, ())
    assert show.message.startswith("full: The run diverged at update k = 1")
