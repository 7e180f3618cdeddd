"""Collecting: a submission that cannot be copied is left out, and the others are not."""

import glob
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from mlpteach.grading.course.collect import Collect, earlier_than_it_came

EARLY, LATE = "2026-01-10 12:00:00 UTC", "2026-01-20 12:00:00 UTC"


@pytest.fixture
def hand_in(tmp_path):
    """Lay a submission into the exchange, as nbgrader submit does."""

    def laid(name, text="{}", time=None):
        folder = tmp_path / "exchange" / "course" / "inbound" / name
        folder.mkdir(parents=True)
        (folder / "ps.ipynb").write_text(text)
        if time is not None:
            (folder / "timestamp.txt").write_text(time)
        return folder

    return laid


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """An empty gradebook: to make one takes seconds."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    Gradebook(f"sqlite:///{path}", "course").close()
    return path


@pytest.fixture
def collect(tmp_path, gradebook):
    """Collect in the course; return student -> text of the notebook that lies there."""

    shutil.copy(gradebook, tmp_path)

    def collected(**settings):
        about = {"root": str(tmp_path), "course_id": "course"}
        exchange = {"root": str(tmp_path / "exchange")}
        config = Config({"Exchange": exchange, "CourseDirectory": about})
        coursedir = CourseDirectory(config=config, assignment_id="ps")
        Collect(
            coursedir=coursedir, authenticator=Authenticator(), config=config, **settings
        ).start()
        return {
            path.parts[-3]: path.read_text() for path in tmp_path.glob("submitted/*/ps/ps.ipynb")
        }

    return collected


def test_an_honest_submission_is_collected(collect, hand_in, tmp_path):
    hand_in(f"ann+ps+{EARLY}")
    assert collect() == {"ann": "{}"}
    assert not list(tmp_path.glob(".mlpteach-*"))


@pytest.mark.parametrize("time", [EARLY, f"{EARLY}+x1y2", "now", ""])
def test_a_plus_in_a_name_or_no_time_stops_nobody(time, collect, hand_in):
    hand_in(f"ann+ps+{EARLY}")
    hand_in(f"b+c+ps+{time}")
    assert collect() == {"ann": "{}", "b+c": "{}"}


def test_the_last_submission_counts_wherever_it_lies(collect, hand_in, monkeypatch):
    for name, text in [(f"ann+ps+{EARLY}", "early"), (f"ann+ps+{LATE}", "late")]:
        hand_in(name, text)
    hand_in(f"bob+ps+{EARLY}", "bob")

    def mixed(pattern):
        here = [f"{pattern[: -len('*+ps+*')]}{name}" for name in ("ann", "bob", "ann")]
        return [f"{path}+ps+{time}" for path, time in zip(here, (EARLY, EARLY, LATE), strict=True)]

    monkeypatch.setattr(glob, "glob", mixed)
    assert collect(update=True) == {"ann": "late", "bob": "bob"}


def test_a_file_that_claims_a_terabyte_is_not_copied(collect, hand_in):
    with open(hand_in(f"ann+ps+{EARLY}") / "big", "wb") as file:
        file.truncate(1 << 40)
    hand_in(f"bob+ps+{EARLY}")
    assert collect() == {"bob": "{}"}


def test_what_was_collected_stays_where_the_newer_one_cannot_be_had(collect, hand_in):
    hand_in(f"ann+ps+{EARLY}", "early", EARLY)
    assert collect() == {"ann": "early"}
    with open(hand_in(f"ann+ps+{LATE}", "late", LATE) / "big", "wb") as file:
        file.truncate(1 << 40)
    assert collect(update=True) == {"ann": "early"}
    hand_in(f"ann+ps+{LATE}+again", "later", LATE.replace("20 12", "21 12"))
    (hand_in(f"ann+ps+{LATE.replace('20 12', '22 12')}", "last", LATE) / "d").mkdir()
    assert collect(update=True) == {"ann": "last"}


def test_a_folder_without_end_stops_nobody(collect, hand_in):
    (hand_in(f"ann+ps+{EARLY}") / "/".join("d" * 400)).mkdir(parents=True)
    hand_in(f"bob+ps+{EARLY}")
    assert collect()["bob"] == "{}"


def handed_in(tmp_path):
    folder = tmp_path / "ann+ps+time"
    folder.mkdir()
    (folder / "ps.ipynb").write_text("{}")
    return folder


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
