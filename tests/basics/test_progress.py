"""The bar that shows how far a long computation is."""

import io
import sys
import threading

import pytest
from examples import small_run

import mlpteach as mt
from mlpteach.basics.progress import progress_bar
from mlpteach.run import train


@pytest.fixture
def no_threads(monkeypatch):
    """Where no thread can start, as in a browser."""

    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)


def test_a_long_run_shows_its_bar_where_no_thread_can_start(no_threads, monkeypatch, capsys):
    monkeypatch.setattr(train, "_PATIENCE", 0.0)
    assert len(small_run(epochs=30)) == 120
    assert "0/120" in capsys.readouterr().err


def test_a_bar_starts_no_thread_anywhere():
    before = threading.active_count()
    with progress_bar(total=3, file=io.StringIO()) as bar:
        bar.update(3)
        assert threading.active_count() == before


def test_other_peoples_bars_are_left_as_they_are():
    from tqdm.auto import tqdm

    small_run(epochs=1)
    assert tqdm.monitor_interval == 10


def test_without_progress_nothing_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(train, "_PATIENCE", 0.0)
    small_run(epochs=10, progress=False)
    mt.descend(lambda x: (float(x @ x), 2 * x), [1.0], progress=False)
    assert capsys.readouterr() == ("", "")


def test_a_long_run_needs_no_bar(monkeypatch, capsys):
    monkeypatch.setattr(train, "_PATIENCE", 0.0)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert len(small_run(epochs=10)) == 40
    with progress_bar(iter("ab"), desc="two letters") as bar:
        assert list(bar) == ["a", "b"]
    assert capsys.readouterr() == ("", "")
