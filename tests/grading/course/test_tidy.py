"""What lies in a submission's folder: nothing in it may stop or slow the grading of a class."""

import os

import pytest

from mlpteach.grading.course.tidy import other_notebooks, tidy


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "ann" / "ps"
    made.mkdir(parents=True)
    (made / "ps.ipynb").write_text("{}")
    return made


def left_out(folder):
    beside = folder.with_name("ps.left-out")
    return sorted(path.name for path in beside.iterdir()) if beside.exists() else []


def test_an_honest_submission_stays_as_it_is(folder):
    (folder / "data.csv").write_text("1")
    (folder / "timestamp.txt").write_text("2026-01-01 00:00:00.5 Europe/Berlin")
    assert tidy(folder, ["ps.ipynb"]) == []
    assert len(list(folder.iterdir())) == 3
    assert left_out(folder) == []


def many(folder):
    (folder / "venv").mkdir()
    for number in range(201):
        (folder / "venv" / f"{number}.py").touch()


def sparse(folder):
    with open(folder / "big.bin", "wb") as file:
        file.truncate(1 << 40)


def deep(folder):
    (folder / "/".join("d" * 40)).mkdir(parents=True)


@pytest.mark.parametrize(("lay", "name"), [(many, "venv"), (sparse, "big.bin"), (deep, "d")])
def test_what_would_take_hours_to_copy_is_laid_aside(lay, name, folder):
    lay(folder)
    [note] = tidy(folder, ["ps.ipynb"])
    assert "too much lies beside the notebook" in note
    assert left_out(folder) == [name]
    assert [path.name for path in folder.iterdir()] == ["ps.ipynb"]
    lay(folder)  # handed in again
    tidy(folder, ["ps.ipynb"])
    assert left_out(folder) == [name, f"{name}_"]


@pytest.mark.parametrize(
    "time", [b"yesterday", b"\xff\xfe\x00", b"9" * 400, b"99999-99-99 00:00:00 UTC",
             b"0001-01-01 00:00:00 +2359", b"2026-01-01 " * 1000],
)  # fmt: skip
def test_a_time_that_cannot_be_read_stops_nobody(time, folder):
    (folder / "timestamp.txt").write_bytes(time)
    [note] = tidy(folder, ["ps.ipynb"])
    assert "timestamp.txt holds no time" in note
    assert left_out(folder) == ["timestamp.txt"]


def test_a_time_that_is_a_folder_is_none(folder):
    (folder / "timestamp.txt").mkdir()
    assert "holds no time" in tidy(folder, ["ps.ipynb"])[0]


def test_a_link_in_a_folder_without_rights_is_removed(folder):
    (folder / "s").mkdir()
    os.symlink("/", folder / "s" / "all")
    (folder / "s").chmod(0o500)
    [note] = tidy(folder, ["ps.ipynb"])
    assert "'all' was a link" in note
    assert not os.path.lexists(folder / "s" / "all")
    assert (folder / "s").stat().st_mode & 0o700 == 0o700


def test_a_lone_notebook_of_another_name_is_taken_every_time(folder):
    (folder / "ps.ipynb").rename(folder / "mine.ipynb")
    assert tidy(folder, ["ps.ipynb"]) == ["'mine.ipynb' was taken for 'ps.ipynb'"]
    assert (folder / "ps.ipynb").read_text() == "{}"
    assert tidy(folder, ["ps.ipynb"]) == ["'mine.ipynb' was taken for 'ps.ipynb'"]  # graded again
    assert other_notebooks(folder, ["ps.ipynb"]) == ""


def test_of_several_notebooks_none_is_taken(folder):
    (folder / "ps.ipynb").rename(folder / "a.ipynb")
    (folder / "b.ipynb").write_text("[]")
    [note] = tidy(folder, ["ps.ipynb"])
    assert note.startswith("'ps.ipynb' is missing, 'a.ipynb', 'b.ipynb' may be meant: rename the")
    assert not (folder / "ps.ipynb").exists()


def test_what_lies_beside_the_graded_notebook_is_named(folder):
    assert other_notebooks(folder, ["ps.ipynb"]) == ""
    for number in range(7):
        (folder / f"{number}.ipynb").write_text(f"[{number}]")
    named = other_notebooks(folder, ["ps.ipynb"])
    assert named == "'0.ipynb', '1.ipynb', '2.ipynb', '3.ipynb', '4.ipynb' …"


def test_a_folder_of_another_assistant_is_left_as_it_is(folder, monkeypatch):
    """Only its owner may change its rights; what the group may read is graded all the same."""

    def refuse(path, mode):
        raise PermissionError(path)

    monkeypatch.setattr(type(folder), "chmod", refuse)
    assert tidy(folder, ["ps.ipynb"]) == []
    (folder / "s").mkdir(mode=0o500)
    assert tidy(folder, ["ps.ipynb"]) == []
