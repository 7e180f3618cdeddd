"""The task that Dask runs: only workers are given it whose :class:`GraderPlugin` can grade."""

from distributed import get_worker


def grade_job(plugin, job):
    """Return the answer to a job, or None where its grader was lost twice.

    Parameters
    ----------
    plugin : str
        Its name.
    job : bytes

    Raises
    ------
    Reschedule
        This worker cannot grade any more.
    """
    return get_worker().plugins[plugin].grade(job)
