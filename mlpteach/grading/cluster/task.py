"""The task that Dask runs: only workers are given it whose :class:`GraderPlugin` can grade."""

import time
import zlib

from distributed import get_worker


def grade_jobs(plugin, jobs):
    """Return how many seconds it took, and the answers to some jobs, each as :func:`grade_job`.

    Parameters
    ----------
    plugin : str
        Its name.
    jobs : list of bytes
        Compressed by zlib.
    """
    began = time.monotonic()
    answers = [grade_job(plugin, zlib.decompress(job)) for job in jobs]
    return time.monotonic() - began, answers


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
