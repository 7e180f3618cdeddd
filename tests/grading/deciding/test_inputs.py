import hmac
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mlpteach.grading.deciding.inputs import FILE, generator, read_secret, work_key


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


def test_in_a_shared_course_the_group_may_read_the_secret_too(tmp_path):
    secret = read_secret(tmp_path, shared=True)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o640
    assert read_secret(tmp_path) == secret


def test_a_key_hangs_on_everything_and_tells_no_secret():
    """By RFC 2104, worked out with the standard library's other implementation."""
    key = work_key(b"s" * 32, "ann", "ps1", "d")
    assert key == hmac.digest(b"s" * 32, b"ann\x00ps1\x00d", "sha256")
    others = [("bob", "ps1", "d"), ("ann", "ps2", "d"), ("ann", "ps1", "e")]
    assert key not in {work_key(b"s" * 32, *other) for other in others}
    first, again = (generator(key, "check").integers(2**62) for _ in range(2))
    assert first == again != generator(key, "other").integers(2**62)
