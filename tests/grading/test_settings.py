"""What a course asks for in its settings, and where that cannot be."""

import sys

import pytest
from traitlets.config import Config

from mlpteach.cli import main
from mlpteach.grading.own_exercise import FILES
from mlpteach.grading.settings import configure


@pytest.mark.parametrize("ignore", [None, ["feedback", "*.bak"]])
def test_nobody_is_given_the_solutions_of_an_own_exercise(ignore):
    c = Config()
    if ignore:
        c.CourseDirectory.ignore = ignore
    configure(c)
    assert {*FILES, *(ignore or ["__pycache__"])} <= set(c.CourseDirectory.ignore)


def test_windows_is_told_in_words(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit, match="on Linux only: on Windows use WSL"):
        configure(Config())
    assert main(["grade", "ps2_adam"]) == 1
    assert "on Linux only: on Windows use WSL" in capsys.readouterr().err
