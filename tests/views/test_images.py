"""Frames of small images against the runs, and how they are drawn for print."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import Images, Show, figure, frames_of, pack_images
from mlpteach.views.image_frames import batch_frames, unit_frames, unit_panel, wrong_frames
from mlpteach.views.packed import unpacked

X, y = (array[:150] for array in mt.datasets.digits())
X_VAL, Y_VAL = mt.datasets.digits()[0][150:400], np.eye(10)[mt.datasets.digits()[1][150:400]].T
INK = X + 0.5  # pixels are -0.5 … 0.5
NET = mt.MLP((64, 7, 10), seed=3)
HALF_A_SHADE = 0.5 / 127.5 + 1e-12


def run(**options):
    return mt.train(NET, X, y, epochs=2, progress=False, **{"batch_size": 40, **options})


@pytest.fixture(scope="module")
def trace():
    return run()


@pytest.fixture(scope="module")
def learning():
    """A run whose answers change from update to update."""
    return run(rule=mt.rule("adam", eta=0.3))


def levels(field, side=8):
    return unpacked(field)[:, : side * side]


def test_batch_is_that_of_the_update_and_a_smaller_one_leaves_places(trace):
    frames = batch_frames(trace.run.problem, len(trace), 8)
    named = frames.named(frames.read(1, len(trace)))
    for k in (1, 4, 8):  # the fourth of each epoch has 30 instances
        rows = trace[k - 1].batch
        seen = named["batch"][k - 1]
        np.testing.assert_allclose(levels(seen[: len(rows)]), INK[rows], atol=HALF_A_SHADE)
        assert named["batch.said"][k - 1, 0, : len(rows)].tolist() == y[rows].tolist()
        assert np.isnan(seen[len(rows) :]).all()
    assert np.isnan(named["batch"][3, 30:]).all()


def test_of_a_large_batch_the_first_ones_are_seen():
    whole = run(batch_size=None)
    frames = batch_frames(whole.run.problem, 2, 8)
    named = frames.named(frames.read(2, 2))
    assert named["batch"].shape == (1, 64, 22)
    np.testing.assert_allclose(levels(named["batch"][0]), INK[:64], atol=HALF_A_SHADE)


@pytest.mark.parametrize("learned", [True, False])
def test_units_are_the_rows_of_the_first_weights(trace, learned):
    other = run(rule="gd")
    steps = range(1, len(trace) + 1)
    frames, limit = unit_frames({"a": trace, "b": other}, steps, 8, learned)
    named = frames.named(frames.read(3, 6))
    for side, of in (("a", trace), ("b", other)):
        for k in (3, 6):
            W = of[k - 1].before.W[1] - (NET.W[1] if learned else 0.0)
            shown = limit * levels(named[f"units.{side}"][k - 3])
            np.testing.assert_allclose(shown, W.clip(-limit, limit), atol=limit * HALF_A_SHADE)


@pytest.mark.parametrize(("darkest", "brightest"), [(0.0, 255.0), (-3.0, 1.0), (0.25, 0.25)])
def test_pixels_are_shown_from_the_smallest_to_the_largest_of_all(darkest, brightest):
    """Of any data, 0 … 1; where all are alike there is no ink."""
    pixels = np.linspace(darkest, brightest, 12).reshape(3, 4)
    ink = np.linspace(0.0, 1.0, 12).reshape(3, 4) * (brightest > darkest)
    net = mt.MLP((4, 3, 3), seed=1)
    trace = mt.train(net, pixels, [0, 1, 2], epochs=1, batch_size=None, progress=False)
    frames = batch_frames(trace.run.problem, 1, 2)
    batch = frames.named(frames.read(1, 1))["batch"][0]
    rows = trace[0].batch
    np.testing.assert_allclose(levels(batch, 2), ink[rows], atol=HALF_A_SHADE)
    targets = np.eye(3)[[2, 0, 1]].T
    frames = wrong_frames({"a": trace}, (pixels, targets), [1], 2)
    found = frames.named(frames.read(1, 1))
    count = int(found["wrong.a.total"][0, 0, 0])
    assert count >= 2  # of other labels than those learned
    right = found["wrong.a.said"][0, 0, :count].astype(int)
    shown = levels(found["wrong.a"][0, :count], 2)
    np.testing.assert_allclose(
        shown, ink[targets.argmax(axis=0).argsort()[right]], atol=HALF_A_SHADE
    )


def test_units_that_have_learned_nothing_are_blank(trace):
    frames, limit = unit_frames({"a": trace}, [1], 8, True)
    assert limit == 1.0
    assert np.abs(levels(frames.named(frames.read(1, 1))["units.a"][0])).max() < HALF_A_SHADE


def test_wrong_answers_at_moments_are_those_before_each_update(learning):
    steps = [1, 2, 6, 30]
    frames = wrong_frames({"a": learning}, (X_VAL, Y_VAL), steps, 8, moments=True)
    totals = frames.named(frames.read(1, 4))["wrong.a.total"].ravel()
    assert len(set(totals)) == 4
    for total, after in zip(totals, (0, 1, 5, 8), strict=True):  # the run has 8
        outputs = learning.network(after).outputs(X_VAL)
        assert total == (outputs.argmax(axis=1) != Y_VAL.argmax(axis=0)).sum()


def test_frames_of_every_update_are_read_by_the_stride_of_the_trace(trace):
    assert unit_frames({"a": trace}, range(1, 9), 8, True)[0].stride == trace.stride > 1
    assert unit_frames({"a": trace}, [1, 2, 4], 8, True)[0].stride == 1


@pytest.mark.parametrize(("learned", "said"), [(True, "has learned"), (False, "looks at")])
def test_a_panel_of_units_says_what_is_seen(learned, said):
    panel = unit_panel("mse", "MSE", 8, learned, 0.5)
    assert (panel.field, panel.colors) == ("units.mse", "signed")
    assert said in panel.label
    assert ("W^{(1)}_1" in panel.title) is learned


def test_what_is_drawn_strongest_leaves_out_five_in_a_thousand(trace):
    _, limit = unit_frames({"a": trace}, [1], 8, False)
    assert limit == pytest.approx(np.quantile(np.abs(NET.W[1]), 0.995))


def test_units_before_some_updates_only(trace):
    frames, limit = unit_frames({"a": trace}, [1, 2, 7, 50], 8, True)
    named = frames.named(frames.read(1, 4))["units.a"]
    assert (levels(named[0]) ** 2).max() < HALF_A_SHADE
    W = trace[6].before.W[1] - NET.W[1]
    np.testing.assert_allclose(
        limit * levels(named[2]), W.clip(-limit, limit), atol=limit * HALF_A_SHADE
    )
    assert np.isnan(named[3]).all()  # the run has 8


def test_wrong_answers_are_those_after_the_last_whole_epoch(learning):
    steps = range(1, len(learning) + 1)
    frames = wrong_frames({"a": learning}, (X_VAL, Y_VAL), steps, 8)
    named = frames.named(frames.read(1, len(learning)))
    totals = named["wrong.a.total"].ravel()
    assert len({totals[0], totals[3], totals[7]}) == 3
    for k, after in ((1, 0), (3, 0), (4, 4), (7, 4), (8, 8)):
        outputs = learning.network(after).outputs(X_VAL)
        wrong = outputs.argmax(axis=1) != Y_VAL.argmax(axis=0)
        assert named["wrong.a.total"][k - 1] == wrong.sum()
        right, given = named["wrong.a.said"][k - 1].astype(int)
        pairs = set(zip(Y_VAL.argmax(axis=0)[wrong], outputs.argmax(axis=1)[wrong], strict=True))
        assert set(zip(right, given, strict=True)) <= pairs
        shown = levels(named["wrong.a"][k - 1])
        away = np.abs(shown[:, None] - (X_VAL[wrong][None] + 0.5)).max(axis=2).min(axis=1)
        assert away.max() <= HALF_A_SHADE


def shown(**changes):
    images = pack_images(np.linspace(-1, 1, 5 * 9).reshape(5, 9), 1.0)
    images[4] = np.nan
    said = np.array([[1.0, 2, 3, 4, np.nan], [0, 0, 0, 0, np.nan]])
    frames = frames_of({"images": images[None], "said": said[None]})
    panel = Images("Five", "five images", "images", 3, said="said", **changes)
    return Show({}, 1, [panel], frames=frames)


def drawn(show, **position):
    axes = figure(show, 1, **position).axes
    inside = [inset for one in axes for inset in one.child_axes]
    pictures = [image.get_array() for one in inside for image in one.get_images()]
    texts = [text.get_text() for one in axes for text in one.texts]
    return pictures, texts


def test_figure_draws_every_image_that_is_there():
    pictures, texts = drawn(shown(columns=2))
    assert texts == ["1 → 0", "2 → 0", "3 → 0", "4 → 0"]
    expected = np.linspace(-1, 1, 5 * 9).reshape(5, 3, 3)[:4]
    np.testing.assert_allclose(pictures, expected, atol=HALF_A_SHADE)


def test_figure_draws_the_one_chosen_alone():
    pictures, texts = drawn(shown(chosen="column", alone=True), column=2)
    assert texts == ["3 → 0"]
    assert len(pictures) == 1
    np.testing.assert_allclose(
        pictures[0], np.linspace(-1, 1, 45).reshape(5, 3, 3)[2], atol=HALF_A_SHADE
    )
