"""Jobs as files, for batch systems: written here, answered by ``mlpteach grade-jobs`` anywhere.

A folder holds ``setup.json`` and the folders ``jobs`` and ``answers``. A job's file is named after
its content, so an answer that lies there belongs to exactly this work and these rules.
"""

import contextlib
import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from mlpteach.grading.class_run import CannotGrade
from mlpteach.grading.cluster.coordinator import Stopped
from mlpteach.grading.cluster.jobs import OtherVersion, answer_job, read_setup
from mlpteach.grading.isolation.no_sandbox import NoSandbox
from mlpteach.grading.isolation.sandbox import Sandbox

_SETUP, _JOBS, _ANSWERS = "setup.json", "jobs", "answers"


class JobFiles:
    """Whatever grades jobs (:data:`mlpteach.grading.cluster.coordinator.GradeJobs`), by files.

    What is answered already is yielded; for the rest a job is written.

    Parameters
    ----------
    folder : str or Path
    setup : mlpteach.grading.cluster.jobs.Setup

    Attributes
    ----------
    waiting : int
        Jobs that wait for an answer.
    """

    def __init__(self, folder, setup):
        self._folder, self._setup = Path(folder), setup
        self.waiting = 0

    def __call__(self, jobs):
        """Yield the answer to each job, None where there is none yet."""
        try:
            yield from self._take_and_write(jobs)
        except OSError as error:
            raise Stopped(f"{self._folder} cannot hold the jobs ({error})") from error

    def _take_and_write(self, jobs):
        for name in (_JOBS, _ANSWERS):
            (self._folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self._folder / _SETUP, self._setup.to_text())
        wanted, taken = set(), set()
        for number, job in jobs:
            wanted.add(name := self._name(job))
            answer = self._folder / _ANSWERS / name
            if answer.exists():
                taken.add(name)
                yield number, answer.read_text("utf-8", "replace")
            else:
                _write(self._folder / _JOBS / name, job)
                self.waiting += 1
                yield number, None
        self._keep_only(wanted - taken)

    def _name(self, job):
        text = self._setup.digest + job
        return hashlib.sha256(text.encode()).hexdigest()[:32] + ".json"

    def _keep_only(self, names):
        """Remove what is written down by now, and what belongs to an earlier hand-in.

        An answer that says why it failed goes, too: the next run writes its job again.
        """
        for folder in (_JOBS, _ANSWERS):
            for path in (self._folder / folder).glob("*.json"):
                if path.name not in names:
                    path.unlink(missing_ok=True)


def answer_files(folder, part=(1, 1), tell=None):
    """Answer the jobs of a folder that have no answer yet: ``mlpteach grade-jobs``.

    Parameters
    ----------
    folder : str or Path
        From :class:`JobFiles`.
    part : tuple of int
        (3, 20) for the third of twenty.
    tell : callable, optional
        Called after each job.

    Returns
    -------
    answered, failed, before : int
        How many were answered, how many of them could not be graded, and how many had an answer.

    Raises
    ------
    CannotGrade
    """
    folder = Path(folder)
    setup = _read_setup(folder)
    number, parts = part
    names = sorted(path.name for path in (folder / _JOBS).glob("*.json"))[number - 1 :: parts]
    left = [name for name in names if not (folder / _ANSWERS / name).exists()]
    answered = failed = 0
    with Sandbox(setup.isolation, setup.limits) as sandbox:
        try:
            if left:
                sandbox.settle()
            for name in left:
                with contextlib.suppress(FileNotFoundError):  # it was graded in the meantime
                    job = (folder / _JOBS / name).read_text("utf-8")
                    answer = answer_job(job, setup, sandbox)
                    _write(folder / _ANSWERS / name, answer)
                    answered, failed = answered + 1, failed + bool(json.loads(answer)["failed"])
                if tell is not None:
                    tell()
        except (NoSandbox, OSError) as error:
            why = f"{folder}: {error}" if isinstance(error, OSError) else error
            stay = f"{answered} graded here stay" if answered else "Nothing was graded here"
            raise CannotGrade(
                f"{why}\n{stay}; to go on start it again, here or on another machine"
            ) from error
    return answered, failed, len(names) - len(left)


def answer_part(folder, part):
    """Do what ``mlpteach grade-jobs`` promises: answer a part, say so, return the exit code.

    Parameters
    ----------
    folder : str or Path
    part : str
        Such as "3/20".

    Raises
    ------
    CannotGrade
    """
    answered, failed, before = answer_files(folder, read_part(part))
    said = f"part {part}: {answered} graded" + (f", {before} graded before" if before else "")
    print(said + (f"; {failed} could not be graded" if failed else ""))
    return 1 if failed else 0


def read_part(text):
    """Read which part of the jobs is meant.

    Raises
    ------
    CannotGrade

    Examples
    --------
    >>> read_part("3/20")
    (3, 20)
    """
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text)
    number, parts = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= parts:
        raise CannotGrade(f"--part is written such as 3/20, from 1/20 to 20/20; given {text!r}")
    return number, parts


def _read_setup(folder):
    try:
        return read_setup((folder / _SETUP).read_text("utf-8"))
    except OtherVersion as error:
        raise CannotGrade(f"{error}; nothing was graded here") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotGrade(
            f"{folder} holds no jobs ({error}): they are written by\n"
            f"    mlpteach grade ASSIGNMENT --jobs {folder}"
        ) from error


def _write(path, text):
    """Let a file appear with all of its text, whoever else writes it at the same time."""
    fd, beside = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with open(fd, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError:  # such as a full disk, on which this is the last thing that helps
        os.unlink(beside)
        raise
