"""Make ready what grades a class, and grade one whose course adds steps of its own to nbgrader's.

Others are graded as on a cluster (``cluster/command.py``). Here each grader is a process with a
connection to the gradebook of its own; it grades one student after the other with nbgrader's own
converter, in the sandbox that all graders share where it can keep students apart. A grader that is
lost costs no mark: its student is given to a new one, and after a second loss named in the report.
"""

import contextlib
import fnmatch
import logging
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from mlpteach.grading.course.folders import folders_of_students
from mlpteach.grading.course.slow_import import load_course_settings
from mlpteach.grading.gradebook.group_shared import gradebook_file, share_with_group
from mlpteach.grading.inside.kernel_calls import die_with_parent
from mlpteach.grading.isolation import thread_group
from mlpteach.grading.isolation.no_sandbox import NoSandbox
from mlpteach.grading.isolation.sandbox import Sandbox, SandboxFailed
from mlpteach.grading.settings import LINES_TO_WRITE

_TRIES = 2


class CannotGrade(Exception):
    """Why nothing can be graded, and what to do."""


@dataclass
class Result:
    """What became of one student's submission.

    Attributes
    ----------
    student : str
    state : str
        "graded", "kept" (graded before), "failed", or "waiting" for an answer from elsewhere; of
        feedback "written", "kept" or "failed".
    reason : str
        Why it failed.
    seconds : float
    """

    student: str
    state: str
    reason: str = ""
    seconds: float = 0.0


@dataclass
class Run:
    """One run over a class.

    Attributes
    ----------
    assignment : str
    isolation : str
        In what students' code ran.
    results : list of Result
    seconds : float
    nothing_from : list of str
        Students in the gradebook who handed in nothing.
    limits : str
        What held their threads, "" where nobody was graded on this machine.
    """

    assignment: str
    isolation: str
    results: list = field(default_factory=list)
    seconds: float = 0.0
    nothing_from: list = field(default_factory=list)
    limits: str = ""


def open_course(folder, arguments=()):
    """Return nbgrader's application, configured by the course in `folder`.

    nbgrader works in the current directory, so this changes to `folder`.
    """
    path = Path(folder).expanduser().resolve()
    if not (path / "nbgrader_config.py").is_file():
        raise CannotGrade(f"{path} is no nbgrader course: it has no nbgrader_config.py")
    os.chdir(path)
    # nbgrader calls alembic by its bare name.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    load_course_settings()
    from nbgrader.apps.baseapp import NbGrader

    from mlpteach.grading.gradebook.busy import wait_for_gradebook

    wait_for_gradebook()
    application = NbGrader(log_level=logging.CRITICAL)
    application.initialize(list(arguments))
    _check_configured(application, path)
    share_with_group(application.coursedir)
    return application


def _check_configured(application, path):
    """Refuse a course whose settings do not ask for this grading."""
    steps = application.config.Autograde.get("sanitize_preprocessors") or []
    if not any("mlpteach" in str(step) for step in steps):
        raise CannotGrade(
            f"{path / 'nbgrader_config.py'} does not ask for mlpteach, so nothing would be marked. "
            f"{LINES_TO_WRITE}"
        )


def processors():
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_generated(coursedir, assignment):
    """Raise CannotGrade unless the assignment is in the gradebook."""
    from nbgrader.api import Gradebook

    file = gradebook_file(coursedir.db_url)
    if file is not None and file.exists() and not os.access(file, os.W_OK):
        raise CannotGrade(
            f"the gradebook {file} may not be written by you. Where several people grade, set\n"
            "    c.CourseDirectory.groupshared = True\n"
            f"in nbgrader_config.py, and let its owner run chmod g+w {file}"
        )
    try:
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            known = sorted(entry.name for entry in gradebook.assignments)
    except Exception as error:
        said = str(error).splitlines()[0]
        raise CannotGrade(f"the gradebook {coursedir.db_url} cannot be opened: {said}") from error
    if assignment not in known:
        raise CannotGrade(
            f"{assignment!r} is not in the gradebook (there: {', '.join(known) or 'nothing'}); "
            f"run nbgrader generate_assignment {assignment}"
        )


def students_of(coursedir, assignment, wanted=None):
    """Return the students who handed something in, or only those of a name or pattern."""
    found = list(folders_of_students(coursedir, coursedir.submitted_directory, assignment))
    if not found:
        raise CannotGrade(
            f"nobody has handed in {assignment!r}: run nbgrader collect {assignment} first"
        )
    students = fitting(found, wanted)
    if not students:
        raise CannotGrade(f"{wanted!r} has not handed in {assignment!r}; is it collected?")
    return students


def fitting(found, wanted):
    """Return those of the students `found` that have a name or fit a pattern; None wants all."""
    if wanted is None:
        return found
    return [wanted] if wanted in found else fnmatch.filter(found, wanted)


def grade_class(
    application, assignment, students, sandbox, *, graders=None, force=False, tell=None
):
    """Grade the submissions of `students` with nbgrader's own converter and all steps of a course.

    Parameters
    ----------
    application
        From :func:`open_course`.
    assignment : str
    students : list of str
    sandbox : Sandbox
        From :func:`settle_sandbox`.
    graders : int, optional
        Processes; as many as there are processors without it.
    force : bool
        Grade again what was graded before.
    tell : callable, optional
        Called with each Result.

    Returns
    -------
    Run
    """
    from mlpteach.grading.course import class_autograde
    from mlpteach.grading.course.finished import remove_unfinished

    run = Run(assignment, sandbox.described, limits=thread_group.described())
    began = time.monotonic()
    count = max(1, min(graders or processors(), len(students)))
    remove_unfinished(application.coursedir, assignment)
    class_autograde.prepare()
    pool = _Pool(application, assignment, force, sandbox)
    try:
        for result in pool.run(list(students), count):
            run.results.append(result)
            if tell is not None:
                tell(result)
    finally:
        pool.stop()
    if any(result.state == "graded" for result in run.results):
        _count_what_is_new(application.coursedir, len(run.results))
    run.seconds = time.monotonic() - began
    return run


def _count_what_is_new(coursedir, count):
    """Let the gradebook's database count what was written into it."""
    from nbgrader.api import Gradebook

    from mlpteach.grading.gradebook.upkeep import Upkeep

    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        Upkeep(gradebook).wrote(count)


class _Pool:
    """Graders, and who is being graded by which."""

    def __init__(self, application, assignment, force, sandbox):
        self._context = multiprocessing.get_context("fork")
        self._arguments = (sandbox, application, assignment, force)
        self._busy = {}

    def run(self, students, count):
        """Yield a Result for each student, as they come."""
        tries = dict.fromkeys(students, 0)
        waiting = students[::-1]
        for _ in range(count):
            self._give(self._start(), waiting, tries)
        while self._busy:
            for pipe in wait(list(self._busy)):
                process, student = self._busy.pop(pipe)
                try:
                    yield pipe.recv()
                except (EOFError, ConnectionError):
                    process.join()
                    if tries[student] < _TRIES:
                        waiting.append(student)
                    else:
                        yield Result(
                            student, "failed", "its grader was lost twice: is memory short?"
                        )
                    process, pipe = self._start()
                self._give((process, pipe), waiting, tries)

    def _give(self, grader, waiting, tries):
        process, pipe = grader
        if not waiting:
            with contextlib.suppress(ConnectionError):  # it has ended already
                pipe.send(None)  # closing would not do: later graders hold this pipe, too
            process.join()
            return
        student = waiting.pop()
        tries[student] += 1
        with contextlib.suppress(ConnectionError):  # a lost one is found out when it is waited for
            pipe.send(student)
        self._busy[pipe] = (process, student)

    def _start(self):
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_grade_students,
            args=(theirs, ours, os.getpid(), *self._arguments),
            daemon=True,
        )
        process.start()
        theirs.close()
        return process, ours

    def stop(self):
        for pipe, (process, _) in self._busy.items():
            process.terminate()  # first: a grader that finds its pipe closed would complain
            process.join()
            pipe.close()


def _grade_students(pipe, others, parent, sandbox, application, assignment, force):
    """Grade whom the pipe names, until it is closed: the life of a grader."""
    others.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this
    die_with_parent(
        signal.SIGKILL
    )  # and with it the sandbox: nothing is left when `grade` is killed
    if os.getppid() != parent:
        return
    from mlpteach.grading.course import class_autograde
    from mlpteach.grading.course.steps import TrustedExecute
    from mlpteach.grading.isolation import shared_sandbox

    shared_sandbox.use_sandbox(sandbox, TrustedExecute(parent=application).isolation)
    application.coursedir.assignment_id = assignment
    converter = class_autograde.ClassAutograde(coursedir=application.coursedir, parent=application)
    converter.force = force
    try:
        while True:
            student = _next(pipe)
            if student is None:
                return
            began = time.monotonic()
            state, reason = converter.grade(assignment, student)
            pipe.send(Result(student, state, reason, time.monotonic() - began))
    finally:
        shared_sandbox.stop_sandboxes()


def _next(pipe):
    """Return the next student; None where there is no other, or nobody asks any more."""
    try:
        return pipe.recv()
    except (EOFError, ConnectionError):
        return None


def start_sandbox():
    """Start loading a sandbox while nbgrader itself is still being loaded."""
    sandbox = Sandbox()
    with contextlib.suppress(SandboxFailed):  # told when it is settled
        sandbox.start()
    return sandbox


def settle_sandbox(application, sandbox):
    """Return the sandbox that a course's settings ask for, ready for use.

    Parameters
    ----------
    application : nbgrader.apps.baseapp.NbGrader
    sandbox : Sandbox
        From :func:`start_sandbox`.

    Raises
    ------
    CannotGrade
        There is none; says what to install or to allow.
    """
    from mlpteach.grading.course.steps import TrustedExecute

    execute = TrustedExecute(parent=application)
    if execute.without_sandbox:
        sandbox.stop()
        sandbox = Sandbox(execute.isolation)
    # It was started before the course's settings were read; they are told to each worker.
    sandbox.limits = execute.limits
    try:
        sandbox.settle()
    except NoSandbox as error:
        raise CannotGrade(
            f"{error}\nNobody was graded. To grade all the same, with students' code running as "
            "you, add\n    --without-sandbox"
        ) from error
    return sandbox
