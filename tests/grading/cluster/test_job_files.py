"""Jobs as files: who answers which, what is kept, and what is said where there is nothing to do."""

import base64
import errno
import json
import os
import shutil
import threading

import psutil
import pytest
from small_class import right_job

from mlpteach import cli
from mlpteach.grading.class_run import CannotGrade
from mlpteach.grading.cluster.coordinator import Stopped
from mlpteach.grading.cluster.job_files import JobFiles, answer_files, read_part
from mlpteach.grading.cluster.jobs import Setup
from mlpteach.grading.inside import landlock
from mlpteach.grading.isolation.sandbox import Limits

SETUP = Setup({}, Limits())
NOBODY = {"failed": "", "notebooks": []}


def job(text):
    """Return a job without a notebook, to be told from others."""
    return json.dumps(
        {"notebooks": [], "files": {"a.txt": base64.b64encode(text.encode()).decode()}}
    )


def run(folder, *texts, setup=SETUP):
    """Write jobs or take answers; return number -> answer without its time, and how many wait."""
    files = JobFiles(folder, setup)
    said = {
        number: answer and {k: v for k, v in json.loads(answer).items() if k != "seconds"}
        for number, answer in files((k, job(text)) for k, text in enumerate(texts))
    }
    return said, files.waiting


def names(folder, kind="jobs"):
    return sorted(path.name for path in (folder / kind).glob("*.json"))


def test_each_part_answers_its_own_and_all_come_back(tmp_path, needs_sandbox):
    letters = "abcdefg"
    assert run(tmp_path, *letters) == (dict.fromkeys(range(7)), 7)
    assert [answer_files(tmp_path, (part, 3)) for part in (1, 2)] == [(3, 0, 0), (2, 0, 0)]
    assert answer_files(tmp_path, (1, 3)) == (0, 0, 3)  # what is answered is kept
    said, waiting = run(tmp_path, *letters)
    assert (list(said.values()).count(NOBODY), waiting) == (5, 2)
    assert len(names(tmp_path)) == 2  # what was taken is gone
    assert names(tmp_path, "answers") == []


def test_two_that_answer_the_same_part_do_no_harm(tmp_path, needs_sandbox):
    run(tmp_path, *"abcd")
    beside = threading.Thread(target=answer_files, args=(tmp_path,))
    beside.start()
    answer_files(tmp_path)
    beside.join()
    assert run(tmp_path, *"abcd") == (dict.fromkeys(range(4), NOBODY), 0)


def test_an_answer_belongs_to_this_work_and_these_rules(tmp_path, needs_sandbox):
    run(tmp_path, "first", "other")
    answer_files(tmp_path)
    said, waiting = run(tmp_path, "handed in again", "other")
    assert (said, waiting) == ({0: None, 1: NOBODY}, 1)
    assert len(names(tmp_path)) == 1
    answer_files(tmp_path)
    stricter = Setup({}, Limits(cell_seconds=1.0))
    assert run(tmp_path, "handed in again", setup=stricter) == ({0: None}, 1)


def test_a_job_that_cannot_be_graded_is_counted_and_written_again(tmp_path, needs_sandbox):
    run(tmp_path, "a")
    [name] = names(tmp_path)
    (tmp_path / "jobs" / name).write_text("half a jo")
    assert answer_files(tmp_path) == (1, 1, 0)
    said, _ = run(tmp_path, "a")
    assert said[0]["failed"].startswith("JSONDecodeError")
    assert run(tmp_path, "a") == ({0: None}, 1)


def test_a_sandbox_lost_on_the_way_is_no_answer(tmp_path, template, monkeypatch, needs_sandbox):
    program, own = tmp_path / "bwrap", shutil.which("bwrap")
    program.write_text(f'#!/bin/sh\nexec {own} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))
    monkeypatch.setattr(landlock, "version", lambda: 0)
    rules, right = right_job(template, "d" * 64)
    setup, folder = Setup({rules.digest: rules}, Limits()), tmp_path / "jobs"
    folder.mkdir()
    jobs = [(number, right + " " * number) for number in range(3)]
    assert [answer for _, answer in JobFiles(folder, setup)(jobs)] == [None] * 3

    def lose():
        program.write_text("#!/bin/sh\nexit 1\n")
        for child in psutil.Process().children():
            if child.name() == "bwrap":  # others are a browser's, or a cluster's
                child.kill()

    with pytest.raises(CannotGrade, match=r"there is no sandbox (.|\n)*\n1 graded here stay;"):
        answer_files(folder, tell=lose)
    assert len(names(folder, "answers")) == 1
    program.write_text(f'#!/bin/sh\nexec {own} "$@"\n')
    assert answer_files(folder) == (2, 0, 1)
    said = [json.loads(answer) for _, answer in JobFiles(folder, setup)(jobs)]
    assert [answer["failed"] for answer in said] == [""] * 3


def test_nobody_elses_eyes_are_let_in(tmp_path):
    run(tmp_path / "jobs-of-a-class", "a")
    for path in (tmp_path / "jobs-of-a-class").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_folder_that_cannot_hold_the_jobs_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Stopped, match=r"file cannot hold the jobs \(.*Not a directory"):
        run(tmp_path / "file", "a")


def test_a_full_disk_is_named_and_what_is_answered_stays(tmp_path, monkeypatch, needs_sandbox):
    run(tmp_path, *"abc")
    room = [os.replace]

    def replace(beside, path):
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        room.pop()(beside, path)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(CannotGrade, match=r"No space left on device\n1 graded here stay; to go on"):
        answer_files(tmp_path)
    assert len(list((tmp_path / "answers").iterdir())) == 1


def command(*words):
    """Run `mlpteach grade-jobs` in this process; return its exit code."""
    return cli.main(["grade-jobs", *words])


@pytest.mark.parametrize("part", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3", "1/3/5"])
def test_a_part_that_is_none_is_refused(part, tmp_path, capsys):
    with pytest.raises(CannotGrade, match="such as 3/20"):
        read_part(part)
    assert command(str(tmp_path), f"--part={part}") == 1
    assert f"given {part!r}" in capsys.readouterr().err


def test_a_folder_without_jobs_is_named(tmp_path, capsys):
    assert command(str(tmp_path / "nowhere")) == 1
    said = capsys.readouterr().err
    assert "nowhere holds no jobs" in said
    assert "mlpteach grade ASSIGNMENT --jobs" in said


def test_another_version_answers_nothing(tmp_path, capsys):
    run(tmp_path, "a", setup=Setup({}, Limits(), environment=SETUP.environment | {"numpy": "1.0"}))
    assert command(str(tmp_path)) == 1
    assert "another version: numpy 1.0 is asked for, " in capsys.readouterr().err
    assert names(tmp_path, "answers") == []
