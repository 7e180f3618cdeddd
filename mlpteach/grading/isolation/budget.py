"""How long one notebook may go on: seconds of the processor, and a net on the clock.

Only the student's process counts: neither what the grader does meanwhile nor a busy machine.
"""

import time

from mlpteach.grading.inside.frames import NET

_NOTHING = 0.05  # seconds of the processor, less than a process is measured by


class Budget:
    """What a notebook has left, whichever of its processes uses it.

    Parameters
    ----------
    seconds : float
        Of the processor.
    """

    def __init__(self, seconds):
        self._used = 0.0
        self._may_use = seconds
        self._ends = time.monotonic() + NET * seconds

    @property
    def left(self):
        """Seconds of the processor that are left."""
        return max(self._may_use - self._used, 0.0)

    def is_spent(self):
        """Whether nothing more may be run."""
        return self.left < _NOTHING or time.monotonic() >= self._ends

    def use(self, seconds):
        """Take away what a process has used."""
        self._used += seconds

    def grant(self, seconds):
        """Let it go on for so long from now, if less is left."""
        self._may_use = max(self._may_use, self._used + seconds)
        self._ends = max(self._ends, time.monotonic() + NET * seconds)
