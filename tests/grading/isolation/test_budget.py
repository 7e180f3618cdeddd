"""What a notebook has left, in seconds of the processor."""

import pytest

from mlpteach.grading.isolation.budget import Budget


def test_what_is_used_is_gone():
    budget = Budget(4.0)
    budget.use(1.5)
    assert budget.left == pytest.approx(2.5)
    assert not budget.is_spent()


@pytest.mark.parametrize("used", [3.99, 4.0, 7.0])
def test_of_a_hundredth_of_a_second_nothing_more_is_run(used):
    """What stops a cell at its limit may stop it just before."""
    budget = Budget(4.0)
    budget.use(used)
    assert budget.is_spent()
    budget.grant(1.0)
    assert budget.left == pytest.approx(1.0)
    assert not budget.is_spent()


def test_the_clock_is_a_net(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    budget = Budget(2.0)
    now[0] = 11.9
    assert not budget.is_spent()
    now[0] = 12.1
    assert budget.is_spent()
