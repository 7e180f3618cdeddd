"""The speaker's notes: minutes that add up to a lecture, and folded away in every notebook."""

import json
import re
from itertools import pairwise

import nbformat
import pytest
from nbconvert import HTMLExporter, SlidesExporter
from test_lectures import LECTURES

from mlpteach import cli
from mlpteach.speaker_notes import is_note, speaker_notes

MINUTES = re.compile(r"Speaker's notes: (\d+) minutes\n\n\S")
each_lecture = pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)


def cells_of(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def notes_of(path):
    return ["".join(cell["source"]) for cell in cells_of(path) if is_note(cell)]


@each_lecture
def test_minutes_are_those_of_a_lecture(path):
    minutes = [int(MINUTES.match(note)[1]) for note in notes_of(path)]
    assert sum(minutes) == 75


@each_lecture
def test_every_section_has_its_note(path):
    """A note stands right below the heading it belongs to."""
    cells = cells_of(path)
    for cell, following in pairwise(cells):
        if re.match(r"#{1,2} ", "".join(cell["source"])) and cell["cell_type"] == "markdown":
            assert is_note(following), cell["source"][0]


@each_lecture
def test_notes_are_folded_and_raw(path):
    for cell in cells_of(path):
        if is_note(cell):
            assert cell["metadata"]["jupyter"] == {"source_hidden": True}
            assert cell["metadata"]["slideshow"] == {"slide_type": "notes"}
        else:
            assert cell["cell_type"] in ("markdown", "code")
            assert "peaker's note" not in "".join(cell["source"])


@each_lecture
@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
def test_what_is_made_of_a_notebook_holds_no_note(path, exporter):
    page, _ = exporter().from_notebook_node(nbformat.read(path, as_version=4))
    assert "The question." in page
    for note in notes_of(path):
        assert note.splitlines()[-1] not in page
    assert "Speaker" not in page


@each_lecture
def test_printed_with_their_headings(path, capsys, tmp_path):
    assert cli.main(["notes", path.stem, f"--directory={tmp_path}"]) == 0
    printed = capsys.readouterr().out
    assert printed.strip() == speaker_notes(path.read_text("utf-8"))
    headings = re.findall(r"(?m)^(.+)\nSpeaker's notes: \d+ minutes$", printed)
    assert len(headings) == len(notes_of(path))


def test_of_ones_own_copy(tmp_path, capsys):
    name = LECTURES[1].name
    mine = {"cell_type": "raw", "metadata": {"tags": ["notes"]}, "source": "Mine: wait for Bo."}
    (tmp_path / name).write_text(json.dumps({"cells": [mine]}))
    assert cli.main(["notes", "2", f"--directory={tmp_path}"]) == 0
    assert capsys.readouterr().out == "Mine: wait for Bo.\n"


def test_copy_without_notes(tmp_path, capsys):
    (tmp_path / LECTURES[1].name).write_text('{"cells": []}')
    assert cli.main(["notes", "2", f"--directory={tmp_path}"]) == 0
    assert "has no notes" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "{", "{}", '{"cells": [{}]}'])
def test_copy_that_is_no_notebook(tmp_path, capsys, content):
    (tmp_path / LECTURES[1].name).write_text(content)
    assert cli.main(["notes", "2", f"--directory={tmp_path}"]) == 1
    assert "cannot be read as a notebook" in capsys.readouterr().err


def test_unknown_lecture(capsys):
    assert cli.main(["notes", "9"]) == 1
    assert "'9' is not a lecture" in capsys.readouterr().err
