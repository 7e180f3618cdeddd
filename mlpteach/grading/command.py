"""``mlpteach grade``: from the words at the terminal to the report."""

import gc
import sys

from mlpteach.grading import class_run
from mlpteach.grading.no_sandbox import WARNING
from mlpteach.grading.sandbox import NO_SANDBOX


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
        with class_run.start_sandbox() as sandbox:
            run, entries = _grade(options, sandbox, done)
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


def _grade(options, sandbox, done):
    arguments = [f"--db={options.db}"] if options.db else []
    arguments += ["--TrustedExecute.without_sandbox=True"] if options.without_sandbox else []
    application = class_run.open_course(options.course, arguments)
    from nbgrader.api import Gradebook
    from tqdm import tqdm

    from mlpteach.grading.report import read_entries, without_submission

    coursedir, assignment = application.coursedir, options.assignment
    class_run.check_generated(coursedir, assignment)
    students = class_run.students_of(coursedir, assignment, options.student)
    sandbox = class_run.settle_sandbox(application, sandbox)
    if sandbox.isolation == NO_SANDBOX:
        print(WARNING, file=sys.stderr)
    with tqdm(total=len(students), unit=" students", disable=None) as bar:

        def tell(result):
            done.append(result)
            bar.set_postfix_str(result.student[:20], refresh=False)
            bar.update()

        run = class_run.grade_class(
            application,
            assignment,
            students,
            sandbox,
            graders=options.graders,
            force=options.force,
            tell=tell,
        )
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        wanted = students if options.student else None
        entries = read_entries(coursedir, assignment, gradebook, wanted)
        if options.student is None:
            run.nothing_from = without_submission(gradebook, students, entries)
    return run, entries
