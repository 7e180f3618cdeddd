"""The benchmark runs; how fast anything is, is not tested."""

import pytest
from benchmarks import ranking


@pytest.mark.parametrize("problem", [ranking.digits, ranking.landscape])
def test_side_by_side(problem):
    rows = ranking.side_by_side("small", problem(), settings=3, updates=4, repeats=1)
    assert [row.unit for row in rows] == ["µs", "µs"]
    assert all(row.value > 0 for row in rows)


def test_ranking_beside_another_version(monkeypatch):
    small = 'mt.dashboards.ranking(["valley"], ["gd"], budget=3)'
    monkeypatch.setattr(
        ranking, "RANKING", ranking.RANKING.replace("mt.dashboards.ranking()", small)
    )
    seconds, share = ranking.ranking(ranking.HERE, repeats=1)
    assert seconds.value > 0
    assert share.value == pytest.approx(1.0, rel=0.9)
