"""A notebook that was handed in deeper, packed or renamed is found; nothing is guessed."""

import zipfile

import pytest

from mlpteach.grading.course.tidy import tidy
from mlpteach.grading.notebooks import dug_out


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "ann" / "ps"
    made.mkdir(parents=True)
    return made


def lay(folder, name, text="{}"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@pytest.mark.parametrize(
    "name", ["ps/ps.ipynb", "a/b/c/ps.ipynb", "ps.ipynb.txt", "ps.IPYNB", "ps.ipynb.json"]
)
def test_a_notebook_somewhere_else_is_found(name, folder):
    lay(folder, name)
    lay(folder, "a/.ipynb_checkpoints/ps.ipynb", "old")
    lay(folder, "__MACOSX/._ps.ipynb", "no notebook")
    assert tidy(folder, ["ps.ipynb"]) == [f"{name!r} was taken for 'ps.ipynb'"]
    assert (folder / "ps.ipynb").read_text() == "{}"
    assert tidy(folder, ["ps.ipynb"]) == []


def test_a_packed_notebook_of_another_name_is_found(folder):
    with zipfile.ZipFile(folder / "work.zip", "w") as archive:
        archive.writestr("work/mine.ipynb", "{}")
        archive.writestr("__MACOSX/work/._mine.ipynb", "x")
        archive.writestr("work/._other.ipynb", "x")
        archive.writestr("work/data.csv", "1")
    assert tidy(folder, ["ps.ipynb"]) == [
        "'work.zip/work/mine.ipynb' was taken for 'mine.ipynb'",
        "'mine.ipynb' was taken for 'ps.ipynb'",
    ]
    assert (folder / "ps.ipynb").read_text() == "{}"


def test_what_is_no_archive_or_holds_none_is_left(folder):
    lay(folder, "a.zip", "no archive")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("data.csv", "1")
    assert tidy(folder, ["ps.ipynb"]) == []
    assert not list(folder.glob("*.ipynb"))


def test_an_archive_is_read_within_bounds(folder, monkeypatch):
    monkeypatch.setattr(dug_out, "MOST_BYTES", 10)
    monkeypatch.setattr(dug_out, "_MOST_ENTRIES", 3)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("large.ipynb", "{" + " " * 20 + "}")
        archive.writestr("a.txt", "")
        archive.writestr("b.txt", "")
        archive.writestr("late.ipynb", "{}")
    assert tidy(folder, ["ps.ipynb"]) == []


def test_of_two_versions_none_is_taken(folder):
    lay(folder, "a/ps.ipynb", "{}")
    lay(folder, "b/ps.ipynb", "[]")
    [note] = tidy(folder, ["ps.ipynb"])
    assert note.startswith("'ps.ipynb' lies in 'a/ps.ipynb', 'b/ps.ipynb': lay the right one into")
    assert not (folder / "ps.ipynb").exists()


def test_what_macos_lays_beside_is_no_notebook(folder):
    lay(folder, "ps.ipynb")
    lay(folder, "._ps.ipynb", "no notebook")
    assert tidy(folder, ["ps.ipynb"]) == []
    assert [path.name for path in folder.iterdir()] == ["ps.ipynb"]
