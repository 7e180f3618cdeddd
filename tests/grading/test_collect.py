"""Collecting: a submission that cannot be copied is left out, and the others are not."""

from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory

from mlpteach.grading.collect import Collect, earlier_than_it_came


@pytest.fixture
def collect(tmp_path):
    return Collect(coursedir=CourseDirectory(root=str(tmp_path)), authenticator=Authenticator())


def handed_in(tmp_path):
    folder = tmp_path / "ann+ps+time"
    folder.mkdir()
    (folder / "ps.ipynb").write_text("{}")
    return folder


def test_an_honest_submission_is_collected(collect, tmp_path):
    collect.do_copy(str(handed_in(tmp_path)), str(tmp_path / "collected"))
    assert (tmp_path / "collected" / "ps.ipynb").read_text() == "{}"


def test_a_file_that_claims_a_terabyte_is_not_copied(collect, tmp_path):
    folder = handed_in(tmp_path)
    with open(folder / "big", "wb") as file:
        file.truncate(1 << 40)
    collect.do_copy(str(folder), str(tmp_path / "collected"))
    assert not (tmp_path / "collected").exists()


def test_a_folder_without_end_stops_nobody(collect, tmp_path):
    folder = handed_in(tmp_path)
    (folder / "/".join("d" * 400)).mkdir(parents=True)
    collect.do_copy(str(folder), str(tmp_path / "collected"))


@pytest.mark.parametrize(("minutes", "told"), [(0, False), (5, False), (15, True), (10_000, True)])
def test_a_time_before_it_came_is_told(minutes, told, tmp_path):
    folder = handed_in(tmp_path)
    claimed = datetime.now(UTC) - timedelta(minutes=minutes)
    (folder / "timestamp.txt").write_text(f"{claimed:%Y-%m-%d %H:%M:%S.%f} UTC")
    notes = earlier_than_it_came(folder, folder)
    assert bool(notes) == told
    assert all(f"{claimed:%Y-%m-%d %H:%M}" in note and "late?" in note for note in notes)


@pytest.mark.parametrize("text", [None, "", "yesterday, I swear", "\ud800"])
def test_no_time_is_no_claim(text, tmp_path):
    folder = handed_in(tmp_path)
    if text is not None:
        (folder / "timestamp.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert earlier_than_it_came(folder, folder) == []
