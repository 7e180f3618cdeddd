from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mlpteach.grading.inputs import FILE, read_secret


def test_graders_that_begin_together_have_one_secret(tmp_path):
    """Each of them finds the whole of it, also while another is still writing."""
    for course in range(100):
        (tmp_path / str(course)).mkdir()
        together = Barrier(8)

        def begin(folder, together=together):
            together.wait()
            return read_secret(folder)

        with ThreadPoolExecutor(8) as graders:
            found = set(graders.map(begin, [tmp_path / str(course)] * 8))
        assert len(found) == 1
        assert len(found.pop()) == 64
        assert [path.name for path in (tmp_path / str(course)).iterdir()] == [FILE]


def test_a_secret_that_anybody_could_guess_is_refused(tmp_path):
    (tmp_path / FILE).write_text("too short")
    with pytest.raises(ValueError, match="too short to be a secret"):
        read_secret(tmp_path)


def test_the_secret_is_its_owner_s_alone(tmp_path):
    secret = read_secret(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert read_secret(tmp_path) == secret
