"""``mlpteach feedback``: from the words at the terminal to what was written."""

import gc
import sys
from collections import Counter

from mlpteach.grading import class_run


def write(options):
    """Write the feedback of a class, and say of whom there is none; return the exit code.

    Raises
    ------
    mlpteach.grading.class_run.CannotGrade
    """
    if options.processes is not None and options.processes < 1:
        raise class_run.CannotGrade(f"--processes must be at least 1; given {options.processes}")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.disable()  # nothing loaded below is garbage
    try:
        run = _write(options)
    finally:
        gc.enable()
    print(summary(run))
    return 1 if any(result.state == "failed" for result in run.results) else 0


def _write(options):
    arguments = [f"--db={options.db}"] if options.db else []
    application = class_run.open_course(options.course, arguments)
    from tqdm import tqdm

    from mlpteach.grading.class_feedback import graded_students, write_feedback

    coursedir, assignment = application.coursedir, options.assignment
    class_run.check_generated(coursedir, assignment)
    students = graded_students(coursedir, assignment, options.student)
    with tqdm(total=len(students), unit=" students", disable=None) as bar:
        return write_feedback(
            application,
            assignment,
            students,
            processes=options.processes,
            force=options.force,
            tell=lambda result: bar.update(),
        )


def summary(run):
    """Return what was written, and of whom there is no feedback and why.

    Parameters
    ----------
    run : mlpteach.grading.class_run.Run
    """
    states = Counter(result.state for result in run.results)
    words = [f"feedback of {states['written']} written"]
    words += [f"{states['kept']} as before"] if states["kept"] else []
    words += [f"{states['failed']} WITHOUT FEEDBACK"] if states["failed"] else []
    from mlpteach.grading.report import not_done

    first = f"{run.assignment}: {', '.join(words)}, in {run.seconds:.1f} s"
    return "\n\n".join(part for part in (first, not_done(run, "No feedback:")) if part)
