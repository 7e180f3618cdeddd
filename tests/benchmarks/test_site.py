"""The benchmark's plain functions; how fast anything is, is not tested."""

import os

from benchmarks import site


def test_medians_of_what_was_taken():
    measured = site.Measured()
    for seconds in (3.0, 1.0, 2.0):
        measured.take(lambda seconds=seconds: seconds)
    wall, cpu, sent = measured.rows("waking", 2.5, 12)
    assert (wall.name, wall.value, wall.kept) == ("waking, wall", 2.0, True)
    assert (cpu.unit, sent.value) == ("s", 0.0)


def test_the_browser_is_what_this_process_has_started():
    assert os.getpid() not in site.family()
    assert site.mebibytes() >= 0
    assert site.cpu_seconds() >= 0
