"""The map of momentum: distances left, rates and words, by eigenvalues worked out by hand."""

from functools import partial

import numpy as np
import pytest
from matplotlib.figure import Figure

import mlpteach as mt
from mlpteach.views.rate_map import show_map, step_and_memory


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (mt.rule("momentum", "paper", eta=0.5, beta=0.25), (0.5, 0.25)),
        (mt.rule("momentum", "lecture", alpha=0.5, beta=0.4), (0.5, 0.8)),
    ],
)
def test_step_and_memory(rule, expected):
    assert step_and_memory(rule) == pytest.approx(expected)


def test_without_memory_each_direction_shrinks_by_a_factor_of_its_own():
    show = show_map(mt.rule("momentum", "paper", eta=0.05, beta=0.0), 30, 10.0)
    k = np.arange(30)
    # 1 - 0.05 and 1 - 0.05 · 10; the start is (-4, 0.15).
    np.testing.assert_allclose(show.series["flat.left"], 0.95**k)
    np.testing.assert_allclose(show.series["steep.left"], 0.5**k)
    np.testing.assert_allclose(show.series["flat.slope"], 0.95**k)
    np.testing.assert_allclose(show.series["steep.slope"], 0.5**k)
    np.testing.assert_allclose(show.series["paper.x"], -4 * 0.95**k)
    np.testing.assert_allclose(show.series["paper.y"], 0.15 * 0.5**k)
    rows = show.panels[3].rows
    assert [row.cells[0] for row in rows] == ["0.05", "0.5", "0.05"]
    assert [row.cells[2] for row in rows] == ["0.95", "0.5", "0.95"]
    # ln(10) / -ln(0.95) = 44.9 updates a digit, and 3.32.
    assert [row.cells[3] for row in rows] == ["44.9", "3.32", "44.9"]
    assert rows[2].label == "slower: flat"


def test_with_memory_a_direction_that_swings_shrinks_by_the_root_of_the_memory():
    show = show_map(mt.rule("momentum", "paper", eta=0.5, beta=0.81), 20, 2.0)
    rows = show.panels[3].rows
    # Complex eigenvalues of the product 0.81.
    assert [row.cells[2] for row in rows] == ["0.9", "0.9", "0.9"]
    assert rows[2].label == "slower: both"
    np.testing.assert_allclose(show.series["flat.slope"], 0.9 ** np.arange(20))


def test_a_step_too_long_never_gains_a_digit():
    show = show_map(mt.rule("momentum", "paper", eta=0.5, beta=0.0), 20, 10.0)
    rows = show.panels[3].rows
    # |1 - 5| = 4 across the valley.
    assert rows[1].cells[2:] == ("4", "never")
    assert (rows[2].label, rows[2].cells[2]) == ("slower: steep", "4")


def test_the_bar_lies_between_both_directions():
    show = show_map(mt.rule("momentum", "paper", eta=0.05, beta=0.25), 30, 10.0)
    chart, way, left, _ = show.panels
    bar, flat, flat_name, steep, steep_name = chart.layers
    np.testing.assert_allclose([bar.x, bar.y], [[0.05, 0.5], [0.25, 0.25]])
    np.testing.assert_allclose([*flat.x, *flat.y, *steep.x, *steep.y], [0.05, 0.25, 0.5, 0.25])
    assert (flat_name.text, steep_name.text) == ("flat", "steep")
    # The names stand beside the ends, above the bar.
    assert 0.05 < flat_name.x < 0.08
    assert 0.25 < steep_name.y < 0.32
    assert (chart.axes.xlim, chart.axes.ylim, chart.axes.xscale) == ((1e-4, 10), (0, 1), "log")
    assert left.axes.ylim == (1e-6, 10.0)
    assert [line.y for line in left.layers] == [
        "flat.left", "steep.left", "flat.slope", "steep.slope",
    ]  # fmt: skip
    assert [line.x for line in way.layers] == ["paper.x"]


def drawn(form):
    """What stands still of the map, drawn by matplotlib."""
    rule = mt.rule("momentum", form)
    axes = show_map(rule, 2, 10.0).panels[0].axes
    target = Figure().subplots()
    axes.draw(target)
    return target


@pytest.mark.parametrize("form", ["paper", "lecture"])
def test_the_map_names_its_regimes_and_how_many_updates_a_digit_takes(form):
    target = drawn(form)
    words = {text.get_text(): text for text in target.texts}
    assert {"monotone", "oscillating", "alternating →", "diverging"} <= words.keys()
    assert words["diverging"].get_rotation() == 90
    assert words["monotone"].get_rotation() == 0
    # 50 and 100 updates a digit are on every such map, at a memory of 0.2.
    assert {"50", "100"} <= words.keys()
    assert words["100"].get_position()[1] == pytest.approx(0.2, abs=0.01)
    assert (target.get_xlim(), target.get_ylim()) == ((1e-4, 10.0), (0.0, 1.0))
    assert target.get_xscale() == "log"


def test_the_lines_of_the_map_lie_where_eigenvalues_say():
    """Without memory a step s leaves 1 - s: the rate is 1 at s = 2, and at 0.0228 100 a digit."""
    target = drawn("paper")
    lines = {level: segments for contours in target.collections if hasattr(contours, "levels")
             for level, segments in zip(contours.levels, contours.allsegs, strict=False)
             if not contours.filled}  # fmt: skip
    ends = {level: [step for part in parts for step, memory in part if memory == 0.0]
            for level, parts in lines.items()}  # fmt: skip
    assert ends[1.0] == pytest.approx([2.0], rel=0.03)
    assert min(ends[100.0]) == pytest.approx(1 - 0.1**0.01, rel=0.03)
    # Where two eigenvalues become one, (1 + m - s)^2 = 4 m: between the regimes.
    border = np.concatenate(lines[0.0])
    inner = border[(border[:, 0] < 0.9) & (border[:, 1] < 0.9)]
    assert len(inner) > 20
    np.testing.assert_allclose(inner[:, 0], (1 - np.sqrt(inner[:, 1])) ** 2, rtol=0.05)


def filled(target):
    """Return (lowest level, function whether a place is filled) of each area."""
    areas = [one for one in target.collections if getattr(one, "filled", False)]

    def covers(area, step, memory):
        return any(path.contains_point((step, memory)) for path in area.get_paths() if len(path))

    return {area.levels[0]: partial(covers, area) for area in areas}, areas


def test_areas_are_filled_where_a_run_converges_and_where_it_does_not():
    """Without memory it does up to a step of 2."""
    covers, areas = filled(drawn("paper"))
    lost = covers.pop(1.0)
    (digits,) = covers.values()
    for step, diverges in ((0.05, False), (1.5, False), (2.5, True), (9.0, True)):
        assert lost(step, 0.01) is diverges
        assert digits(step, 0.01) is not diverges
    shades = [area.get_facecolors()[:, 3] for area in areas]
    assert (np.diff(shades[0]) < 0).all()  # strongest where a digit takes fewest updates
    assert shades[1] == pytest.approx([0.25])
