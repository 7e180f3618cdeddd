"""What a course asks for in its settings, and where that cannot be."""

import sys

import pytest
from traitlets.config import Config

from mlpteach.cli import main
from mlpteach.grading.course.not_heard import not_heard
from mlpteach.grading.course.steps import TrustedExecute
from mlpteach.grading.deciding.own_exercise import FILES
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
    for command in ("grade", "new-exercise"):  # the first as well as the last
        assert main([command, "ps2_adam"]) == 1
        assert "on Linux only: on Windows use WSL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "cell", "notebook"),
    [
        ({}, 30, 120),
        ({"Execute": {"timeout": 90}}, 90, 360),
        ({"ExecutePreprocessor": {"timeout": 10}}, 10, 120),
        ({"Execute": {"timeout": -1}}, 120, 480),
        ({"NotebookClient": {"timeout": 45}}, 45, 180),
        ({"Execute": {"timeout": 90}, "TrustedExecute": {"cell_seconds": 5.0}}, 5, 120),
    ],
)
def test_nbgraders_own_time_for_a_cell_counts(settings, cell, notebook):
    limits = TrustedExecute(config=Config(settings)).limits
    assert (limits.cell_seconds, limits.notebook_seconds) == (cell, notebook)


@pytest.mark.parametrize(
    ("section", "name", "value", "said"),
    [
        ("Execute", "timeout_func", len, "c.TrustedExecute.cell_seconds holds for every cell"),
        ("ExecutePreprocessor", "allow_errors", False, "cells below an error are always run"),
        ("NotebookClient", "iopub_timeout", 9, "there is no such wait"),
        ("OverwriteCells", "enabled", False, "replaced by mlpteach.grading"),
        ("LimitOutput", "max_lines", 7, "replaced by mlpteach.grading"),
    ],
)
def test_a_setting_that_has_no_effect_is_named(section, name, value, said):
    (sentence,) = not_heard(Config({section: {name: value}}))
    assert sentence.startswith(f"c.{section}.{name} has no effect: ")
    assert said in sentence


def test_settings_that_are_heard_are_not_named():
    heard = Config({"Execute": {"timeout": 60}, "ClearSolutions": {"code_stub": {"python": "?"}}})
    configure(heard)
    assert not_heard(heard) == []
