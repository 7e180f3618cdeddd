"""``mlpteach grade``: from the words at the terminal to the report."""

import contextlib
import gc
import os
import sys
from collections import Counter
from pathlib import Path

from mlpteach.grading import class_run
from mlpteach.grading.course.not_heard import not_heard
from mlpteach.grading.isolation.no_sandbox import WARNING
from mlpteach.grading.isolation.sandbox import NO_SANDBOX


def grade(options):
    """Grade a class and print the report; return the exit code.

    What a terminal cannot show is shown as "?": the report must not end for a name.

    Raises
    ------
    mlpteach.grading.class_run.CannotGrade
    """
    if options.graders is not None and options.graders < 1:
        raise class_run.CannotGrade(f"--graders must be at least 1; given {options.graders}")
    done = []
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.disable()  # nothing loaded below is garbage, and looking for it takes a tenth of the start
    try:
        with _where(options) as graders:
            run, entries = _grade(options, graders, done)
    except KeyboardInterrupt:
        graded = sum(result.state == "graded" for result in done)
        again = "start it again without --force" if options.force else "start it again"
        print(f"stopped: {graded} graded; {again} to go on", file=sys.stderr)
        raise
    finally:
        gc.enable()
    from mlpteach.grading.report import write_report, write_student

    print((write_student if options.student else write_report)(run, entries))
    return 1 if any(result.state == "failed" for result in run.results) else 0


@contextlib.contextmanager
def _where(options):
    """Give the function that grades where the options ask for it.

    It is called with nbgrader's application, students and what to tell, and returns a Run.
    """
    address = options.scheduler
    if not (address or options.scheduler_file or options.jobs or options.graders):
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if options.jobs:
        yield _by_files(options, Path(options.jobs).expanduser().resolve())
    elif address or options.scheduler_file:
        with _client(address, options.scheduler_file) as client:
            yield _on_dask(options, client)
    else:
        with class_run.start_sandbox() as sandbox:
            yield _here(options, sandbox)


def _client(address, scheduler_file):
    """Return a Dask client; before the folder changes, to which certificates may be relative."""
    try:
        from mlpteach.grading.cluster.dask_workers import connect
    except ImportError as error:
        raise class_run.CannotGrade(
            f"a cluster needs Dask ({error}). Install it with\n"
            f"    {sys.executable} -m pip install 'mlpteach[cluster]'\n"
            "or grade on this machine, with --graders 2 for example"
        ) from error
    return connect(address, scheduler_file)


def _on_dask(options, client):
    from mlpteach.grading.cluster.command import on_dask

    def grade_there(application, students, tell):
        _collect_only_what_is_new()
        return on_dask(client, application, options.assignment, students, options.force, tell)

    return grade_there


def _by_files(options, folder):
    from mlpteach.grading.cluster.command import by_files

    def grade_there(application, students, tell):
        _collect_only_what_is_new()
        return by_files(folder, application, options.assignment, students, options.force, tell)

    return grade_there


def _collect_only_what_is_new():
    gc.freeze()
    gc.enable()


def _here(options, sandbox):
    def grade_here(application, students, tell):
        settled = class_run.settle_sandbox(application, sandbox)
        if settled.isolation == NO_SANDBOX:
            print(WARNING, file=sys.stderr)
        from mlpteach.grading.cluster import command

        grade_these = (
            command.here if command.can_be_done_here(application) else class_run.grade_class
        )
        gc.freeze()  # graders share the pages of all that is loaded, if the collector keeps off
        gc.enable()
        return grade_these(
            application,
            options.assignment,
            students,
            settled,
            graders=options.graders,
            force=options.force,
            tell=tell,
        )

    return grade_here


def _grade(options, grade_students, done):
    arguments = [f"--db={options.db}"] if options.db else []
    arguments += ["--TrustedExecute.without_sandbox=True"] if options.without_sandbox else []
    application = class_run.open_course(options.course, arguments)
    from nbgrader.api import Gradebook
    from tqdm import tqdm

    from mlpteach.grading.report import read_entries, without_submission

    coursedir, assignment = application.coursedir, options.assignment
    for sentence in not_heard(application.config):
        print(sentence, file=sys.stderr)
    class_run.check_generated(coursedir, assignment)
    students = class_run.students_of(coursedir, assignment, options.student)
    with tqdm(total=len(students), unit=" students", disable=None) as bar:

        def tell(result):
            done.append(result)
            bar.set_postfix_str(result.student[:20], refresh=False)
            bar.update()

        run = grade_students(application, students, tell)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        wanted = students if options.student else None
        entries = read_entries(coursedir, assignment, gradebook, wanted)
        if options.student is None:
            run.nothing_from = without_submission(gradebook, students, entries)
    run.isolation = run.isolation or _most_frequent_isolation(entries)
    return run, entries


def _most_frequent_isolation(entries):
    """Return in what most students' code ran on a cluster; the report names the others."""
    counted = Counter(isolation for entry in entries.values() for isolation in entry.isolations)
    return counted.most_common(1)[0][0] if counted else ""
