"""The benchmark's plain functions; how fast anything is, is not tested."""

import os
import subprocess

from benchmarks import site


def test_medians_of_what_was_taken():
    measured = site.Measured()
    for seconds in (3.0, 1.0, 2.0):
        measured.take(lambda seconds=seconds: seconds)
    wall, cpu, sent = measured.rows("waking", 2.5, 12)
    assert (wall.name, wall.value, wall.kept) == ("waking, wall", 2.0, True)
    assert (cpu.unit, sent.value) == ("s", 0.0)


def test_the_browser_is_what_this_process_has_started():
    assert os.getpid() not in site.descendants()
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        try:
            assert sleeping.pid in site.descendants()
            assert sleeping.pid not in site.family()
            assert site.program(sleeping.pid)
        finally:
            sleeping.kill()
    assert sleeping.pid not in site.descendants()
    assert site.program(sleeping.pid) == ""


def test_memory_and_seconds_are_those_of_the_browser(monkeypatch):
    monkeypatch.setattr(site, "family", set)  # whatever browser other tests have open
    assert (site.mebibytes(), site.cpu_seconds()) == (0, 0)
    monkeypatch.setattr(site, "family", lambda: {os.getpid()})
    assert 10 < site.mebibytes() < 10_000
    assert 0 < site.cpu_seconds() <= sum(os.times()[:2]) + 1
