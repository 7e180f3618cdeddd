"""A limit for the grader's own work on one notebook, whatever in it took so long.

Only processor time of this process counts: neither what the sandbox uses nor a busy machine.
"""

import contextlib
import signal
import threading

SECONDS = 60.0


class TookTooLong(Exception):
    """Says what took too long, for whoever reads the report."""


class _Struck(BaseException):
    """No Exception: code that stands whatever a student's data raise must not stand this."""


@contextlib.contextmanager
def deadline(what, seconds=None):
    """Limit the processor time of what is done inside; of the main thread only.

    Parameters
    ----------
    what : str
        What is done, such as "reading what was handed in".
    seconds : float, optional
        SECONDS without it.

    Raises
    ------
    TookTooLong
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal is delivered there
        return
    seconds = SECONDS if seconds is None else seconds
    before = signal.signal(signal.SIGPROF, _strike)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except _Struck:
        raise TookTooLong(
            f"{what} took the grader more than {seconds:g} s of processor time: look at the "
            "notebook, and ask for a smaller one"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _strike(*ignored):
    raise _Struck
