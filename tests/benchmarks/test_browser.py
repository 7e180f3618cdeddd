"""The benchmark's plain functions; how fast anything is, is not tested."""

import pytest
from benchmarks import browser

import mlpteach as mt
from mlpteach.views import Plot


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 10), (0.95, 19), (1.0, 20)])
def test_percentile(share, value):
    assert browser.percentile(list(range(20, 0, -1)), share) == value
    assert browser.percentile([7.0], share) == 7.0


@pytest.mark.parametrize(
    ("painted", "inline", "kept"),
    [(15.0, 100.0, True), (17.0, 100.0, False), (17.0, 700.0, True)],
)
def test_slider_is_fast_enough_or_forty_times_faster(painted, inline, kept):
    rows = {row.name: row for row in browser.slider_rows([1.0], [painted] * 3, [inline] * 3)}
    assert rows["slider to frame painted, median"].kept == kept
    assert rows["slider to frame painted, over inline"].value == pytest.approx(inline / painted)


def test_slow_frames_are_told():
    rows = browser.slider_rows([1.0], [10.0] * 18 + [25.0] * 2, [1000.0])
    late = next(row for row in rows if row.name.endswith("95 of 100"))
    assert (late.value, late.limit, late.kept) == (25.0, 20.0, False)


def test_dashboards_that_need_no_argument():
    names = browser.default_dashboards()
    assert {"adam", "race"} <= set(names)
    assert not {"Player", "own_rule"} & set(names)


def test_saved_pages(tmp_path):
    made = {"small": lambda: mt.dashboards.race(rules=["gd"], steps=10)}
    (row,) = browser.saved_pages(tmp_path, made)
    assert (row.name, row.unit, row.kept) == ("saved page of small", "MB", True)
    assert row.value == (tmp_path / "small.html").stat().st_size / 1e6


def test_last_value_is_the_one_the_page_rounds_to():
    race = mt.dashboards.race()
    race.configure(**{"adam.eta": 0.013})
    assert browser._last_cost(-1.9) == race.traces["adam (lecture)"].losses[-1]


def test_inline_way_draws_the_same_four_panels():
    show = mt.dashboards.race().show
    assert sum(isinstance(panel, Plot) for panel in show.panels) == 4
