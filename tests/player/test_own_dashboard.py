"""The README's dashboard of one's own, as it stands there."""

import numpy as np
import pytest
from own_dashboard import own_dashboard, source

from mlpteach.player import Player


@pytest.fixture(scope="module")
def dashboard():
    return own_dashboard()


def test_it_has_thirty_lines():
    assert len([line for line in source().splitlines() if line.strip()]) <= 30


def test_it_steps_and_follows_its_slider(dashboard):
    assert isinstance(dashboard, Player)
    steps = len(dashboard.trace)
    assert dashboard.show.steps == steps > 100
    dashboard.position = {"k": 7}
    assert dashboard.state.startswith("my_network?k=7&")
    dashboard.configure(eta=0.5)
    assert dashboard.trace.run.rule.values["eta"] == 0.5
    np.testing.assert_array_equal(dashboard.show.series["J"], dashboard.trace.losses)


def test_it_is_printed_and_saved(dashboard, tmp_path):
    map_axes, cost_axes = dashboard.figure(3).axes[:2]
    [mesh] = [
        one
        for one in map_axes.collections
        if one.get_array() is not None and one.get_array().size == 1750
    ]
    frame = dashboard.show.frames.read(3, 3)
    np.testing.assert_allclose(mesh.get_array().ravel(), 0.5 + np.clip(frame.ravel(), -0.5, 0.5))
    assert cost_axes.get_ylabel() == "cost $J$"
    assert dashboard.save_html(tmp_path / "own.html").stat().st_size < 3_000_000
