"""What a student's arrays may take of the grader's memory, and that the limit goes again."""

import contextlib
import sys

import numpy as np
import pytest

from mlpteach.exercise.limited_memory import limited_memory

if not sys.platform.startswith("linux"):
    pytest.skip("only Linux limits it", allow_module_level=True)
import resource

MEGABYTES = 1 << 20


def test_more_is_refused_inside_and_given_again_outside():
    before = resource.getrlimit(resource.RLIMIT_AS)
    with limited_memory(100 * MEGABYTES):
        assert np.empty(50 * MEGABYTES, "u1").size == 50 * MEGABYTES
        with pytest.raises(MemoryError):
            np.empty(150 * MEGABYTES, "u1")
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert np.empty(150 * MEGABYTES, "u1").size == 150 * MEGABYTES


def test_the_limit_goes_after_an_error_too_and_raises_no_lower_one():
    before = resource.getrlimit(resource.RLIMIT_AS)
    with limited_memory(500 * MEGABYTES):
        lower = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(ZeroDivisionError), limited_memory():
            assert resource.getrlimit(resource.RLIMIT_AS) == lower
            raise ZeroDivisionError
        assert resource.getrlimit(resource.RLIMIT_AS) == lower
    assert resource.getrlimit(resource.RLIMIT_AS) == before
