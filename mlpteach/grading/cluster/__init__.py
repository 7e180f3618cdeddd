"""Grade a class by jobs: in processes here, with Dask, or through files that any machine answers.

``jobs.py`` says what travels, there and back: plain text that names nobody and holds no secret.
``coordinator.py`` stays with the course: it reads the submissions, gives them to whatever grades
jobs and yields answers, and writes the marks. Three such are there: ``processes.py`` grades here,
``dask_workers.py``, where ``plugin.py`` gives each worker a process with a sandbox (``grader.py``),
and ``job_files.py``, for batch systems without a daemon. ``command.py`` is what ``mlpteach grade``
calls; :func:`grade_on_cluster` is for Python.
"""

from typing import Any

from mlpteach.grading.course.slow_import import put_off_slow_imports

__all__ = ["grade_on_cluster"]

put_off_slow_imports()  # before anything here loads nbformat


def grade_on_cluster(client: Any, assignment: str, course: Any = ".", **options: Any) -> Any:
    """Grade an assignment of a whole class on the workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Of any cluster: jobqueue's, Gateway's, Kubernetes'.
    assignment : str
    course : str or Path
        The folder of the nbgrader course; it stays on this machine.
    **options
        `force`, `student` and `tell`, as for :func:`mlpteach.grading.cluster.command.run_on`.

    Returns
    -------
    mlpteach.grading.class_run.Run

    Raises
    ------
    mlpteach.grading.class_run.CannotGrade

    Examples
    --------
    >>> from dask_jobqueue import SLURMCluster  # doctest: +SKIP
    >>> cluster = SLURMCluster(cores=1, memory="4GB")  # doctest: +SKIP
    >>> cluster.scale(40)  # doctest: +SKIP
    >>> run = grade_on_cluster(cluster.get_client(), "ps2_adam", "exercises")  # doctest: +SKIP
    """
    from mlpteach.grading.cluster.command import run_on

    return run_on(client, assignment, course, **options)
