"""A class graded by jobs, from a course's folder to a Run: for ``mlpteach grade`` and Python."""

import contextlib
import fcntl
import os
import socket
import sys
import time
from functools import partial

from mlpteach.grading import class_run
from mlpteach.grading.class_run import CannotGrade, Run
from mlpteach.grading.cluster.coordinator import Coordinator, Stopped
from mlpteach.grading.cluster.job_files import JobFiles
from mlpteach.grading.cluster.jobs import Setup
from mlpteach.grading.cluster.processes import Processes
from mlpteach.grading.cluster.submissions import Submissions
from mlpteach.grading.course.finished import remove_unfinished
from mlpteach.grading.course.steps import TrustedExecute
from mlpteach.grading.course.tidy import expected_notebooks
from mlpteach.grading.deciding.checks import checks_of
from mlpteach.grading.deciding.read_rules import NoOriginal, read_rules, source_folder
from mlpteach.grading.isolation import thread_group

_OURS = ("TrustedExecute", "SaveMarks", "AssignLatePenalties")
_PATIENCE = 600.0  # seconds, for another assistant who grades the class, too


def run_on(client, assignment, course=".", *, student=None, force=False, tell=None):
    """Grade an assignment on the workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
    assignment : str
    course : str or Path
    student : str, optional
        Only this one.
    force : bool
        Grade again what was graded before.
    tell : callable, optional
        Called with each :class:`~mlpteach.grading.class_run.Result`.

    Returns
    -------
    mlpteach.grading.class_run.Run

    Raises
    ------
    CannotGrade
    """
    back = os.getcwd()
    try:
        application = class_run.open_course(course)
        class_run.check_generated(application.coursedir, assignment)
        students = class_run.students_of(application.coursedir, assignment, student)
        return on_dask(client, application, assignment, students, force, tell or _nobody)
    finally:
        os.chdir(back)


def on_dask(client, application, assignment, students, force, tell):
    """Grade these students on a Dask cluster; return a Run."""
    from mlpteach.grading.cluster.dask_workers import DaskWorkers

    place = f"{socket.gethostname()} {application.coursedir.root}"
    with _only_one(application.coursedir, assignment):
        setup = setup_of(application, assignment)
        with DaskWorkers(client, setup, place, _say) as workers:
            return _run(Run(assignment, ""), application, students, workers, force, tell)


def by_files(folder, application, assignment, students, force, tell):
    """Record the answers that lie in a folder, write the other jobs; return a Run."""
    with _only_one(application.coursedir, assignment):
        files = JobFiles(folder, setup_of(application, assignment))
        run = _run(Run(assignment, ""), application, students, files, force, tell)
    if files.waiting:
        _say(
            f"{files.waiting} jobs wait in {folder}: give, on any machine that sees it,\n"
            f"    mlpteach grade-jobs {folder}\n"
            "and here the same command again."
        )
    return run


def can_be_done_here(application):
    """Whether :func:`here` does all that a course asks of ``nbgrader autograde``."""
    asked = application.config.Autograde
    more = not asked.get("create_student", True) or asked.get("exclude_overwriting")
    return sorted(_steps(application)) == sorted(_OURS) and not more


def here(application, assignment, students, sandbox, graders, force, tell):
    """Grade these students by processes on this machine; return a Run."""
    coursedir, rules = application.coursedir, []
    for name in expected_notebooks(coursedir, assignment):
        with contextlib.suppress(Exception):  # each student is told so
            rules.append(read_rules(coursedir, assignment, name.removesuffix(".ipynb")))
            checks_of(rules[-1])  # loaded once for all graders
    setup = Setup({each.digest: each for each in rules}, sandbox.limits, environment={})
    # One more than work at a time: some wait for a sandbox to begin or to end.
    count = max(1, min(graders or class_run.processors() + 1, len(students)))
    processes = Processes(setup, sandbox, count)
    run = Run(assignment, sandbox.described, limits=thread_group.described())
    return _run(run, application, students, processes, force, tell, _PATIENCE)


def setup_of(application, assignment):
    """Return what all jobs of an assignment share.

    Raises
    ------
    CannotGrade
    """
    coursedir, execute = application.coursedir, TrustedExecute(parent=application)
    _check_steps(application)
    try:
        rules = [
            read_rules(coursedir, assignment, name.removesuffix(".ipynb"))
            for name in expected_notebooks(coursedir, assignment)
        ]
    except NoOriginal as error:
        raise CannotGrade(str(error)) from error
    if not rules:
        folder = source_folder(coursedir, assignment)
        raise CannotGrade(f"{folder} holds no notebook: put the assignment's source back there")
    return Setup({each.digest: each for each in rules}, execute.limits, execute.without_sandbox)


def _check_steps(application):
    """Refuse a course with steps of its own, which would be left out elsewhere."""
    others = [name for name in _steps(application) if name not in _OURS]
    if others:
        raise CannotGrade(
            f"nbgrader_config.py adds steps to autograde ({', '.join(others)}), which are taken on "
            "this machine only: grade without a cluster"
        )


def _steps(application):
    """Return the names of the steps that a course asks for."""
    asked = application.config.Autograde
    return [
        str(getattr(step, "__name__", step)).rpartition(".")[2]
        for which in ("sanitize_preprocessors", "autograde_preprocessors")
        for step in asked.get(which) or []
    ]


@contextlib.contextmanager
def _only_one(coursedir, assignment):
    """Let one coordinator at a time work on an assignment; killed, it stands in nobody's way."""
    fd = os.open(source_folder(coursedir, assignment), os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise CannotGrade(
            f"{assignment!r} of this course is being graded on a cluster by another command just "
            "now: wait until it has ended, or end it"
        ) from None
    finally:
        os.close(fd)


def _run(run, application, students, grade_jobs, force, tell, patience=0.0):
    began = time.monotonic()
    remove_unfinished(application.coursedir, run.assignment)
    submissions = Submissions(application, run.assignment, force)
    coordinator = Coordinator(submissions, partial(_told, run, tell))
    try:
        coordinator.run(students, grade_jobs, patience)
    except Stopped as reason:
        graded = sum(result.state == "graded" for result in run.results)
        again = "start it again without --force" if force else "start it again"
        raise CannotGrade(f"{reason}; {graded} graded are saved: {again} to go on") from reason
    run.seconds = time.monotonic() - began
    return run


def _told(run, tell, result):
    run.results.append(result)
    tell(result)


def _nobody(result):
    """Tell nobody."""


def _say(sentence):
    print(sentence, file=sys.stderr, flush=True)
