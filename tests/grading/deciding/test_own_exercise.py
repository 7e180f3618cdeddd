"""An exercise of an instructor's own, tried as an instructor would: from nothing to marks."""

import re

import nbformat
import pytest
from course import run_module

from mlpteach.cli import main
from mlpteach.grading.deciding.own_exercise import (
    FILES,
    OwnRefused,
    check_own_mistakes,
    own_checks,
    own_hints,
    read_own_files,
)

NAME = "ps5_means"
RIGHT = "def row_means(X):\n    return np.array([sum(row) / len(row) for row in X])"
COLUMNS = "def row_means(X):\n    return np.add.reduce(X, 0) / len(X)"
SUM = "def row_means(X):\n    return np.add.reduce(X, 1)"


@pytest.fixture
def files(tmp_path):
    assert main(["new-exercise", NAME, "--course", str(tmp_path)]) == 0
    return read_own_files(tmp_path / "source" / NAME)


def test_from_nothing_to_a_graded_class(tmp_path, files, needs_sandbox):
    done = run_module(tmp_path, "nbgrader", "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr
    released = {path.name for path in (tmp_path / "release" / NAME).iterdir()}
    assert released == {f"{NAME}.ipynb"}
    for student, answer in {"ann": RIGHT, "bob": COLUMNS, "cleo": SUM, "dan": None}.items():
        handed = nbformat.read(tmp_path / "release" / NAME / f"{NAME}.ipynb", 4)
        handed.cells[2].source = answer or handed.cells[2].source
        folder = tmp_path / "submitted" / student / NAME
        folder.mkdir(parents=True)
        nbformat.write(handed, folder / f"{NAME}.ipynb")
    done = run_module(tmp_path, "mlpteach.cli", "grade", NAME)
    assert done.returncode == 0, done.stderr
    marks = re.findall(r"(ann|bob|cleo|dan) +([\d.]+) of 5", done.stdout)
    assert dict(marks) == {"ann": "5.0", "bob": "0.0", "cleo": "2.5", "dan": "0.0"}
    assert "1 × means_of_columns (Which of the two axes does the mean run along)" in done.stdout
    left = {path.name for path in (tmp_path / "autograded" / "ann" / NAME).iterdir()}
    assert not left & set(FILES)


def test_nothing_is_written_over(tmp_path, files, capsys):
    assert main(["new-exercise", NAME, "--course", str(tmp_path)]) == 1
    assert "is there already: nothing was written" in capsys.readouterr().err


def test_a_course_that_would_give_the_solutions_away_is_asked_to_change(tmp_path, capsys):
    config = tmp_path / "nbgrader_config.py"
    config.write_text("# no mlpteach yet\nc = get_config()\n")
    assert main(["new-exercise", NAME, "--course", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "students would be given checks.py and mistakes.toml" in said
    assert list(tmp_path.iterdir()) == [config]
    config.write_text(config.read_text() + "\n".join(said.splitlines()[-2:]).replace("    ", ""))
    assert main(["new-exercise", NAME, "--course", str(tmp_path)]) == 0


@pytest.mark.parametrize("name", ["a+b", "../x", "", "a b", "-x"])
def test_names_that_nbgrader_could_not_take_are_refused(name, tmp_path, capsys):
    assert main(["new-exercise", "--course", str(tmp_path), "--", name]) == 1
    assert "a name is made of letters, digits, _ and -" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_it_writes_holds_its_own_rules(files):
    check_own_mistakes(files)
    assert list(own_checks(files)) == ["row_means_test"]
    assert own_hints(files)["summed"].startswith("A sum grows")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("checks.py", "CHECKS = {", "CHECK = {", "it must define CHECKS"),
        ("checks.py", "def some", "deff some", r"checks.py, line \d+: SyntaxError"),
        ("checks.py", "values_check(SHEET", "values_check(SHEETS", r"line \d+: NameError"),
        ("checks.py", '"row_means_test": Check', '"other": Check', "calls itself 'row_means_test'"),
        ("checks.py", '("row_means",)', '("means",)', "calls 'means'; mistakes.toml holds only"),
        ("mistakes.toml", "returns =", "return =", "mistakes.toml, .row_means.: 'returns' is miss"),
        ("mistakes.toml", 'hint = "Which', 'hint = "" # "Which', "it needs a hint"),
        ("mistakes.toml", '".mean", ".sum"', '"mean", "sum"', "leave no function row_means"),
        ("mistakes.toml", '[["axis=1", "axis=0"]]', '[["X.mean", "(X).mean"]]', "no check notices"),
    ],
)
def test_a_mistake_of_the_author_is_told_with_its_place(file, old, new, said, files):
    assert old in files[file]
    changed = files | {file: files[file].replace(old, new)}
    with pytest.raises(OwnRefused, match=said):
        check_own_mistakes(changed)


def test_one_file_without_the_other_is_refused(tmp_path, files):
    (tmp_path / "source" / NAME / "mistakes.toml").unlink()
    with pytest.raises(OwnRefused, match=r"needs mistakes\.toml beside it"):
        read_own_files(tmp_path / "source" / NAME)
