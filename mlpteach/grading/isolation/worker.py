"""One student's process, as the grader sees it."""

import contextlib
import json
import select
import signal
import time

import numpy as np

from mlpteach.grading.inside import frames, kernel_calls
from mlpteach.grading.isolation.budget import Budget
from mlpteach.grading.isolation.sandbox import SandboxFailed, StudentDied

_SHORT = 0.1  # seconds on the clock in which no process uses much
_NEARLY_SPENT = 1.0  # seconds of the processor; so few are counted each time
_LOOK = 1.0  # seconds from one look at a silent process to the next
_BEGIN_SECONDS = 120  # until it is confined
_KEEPER_SECONDS = 5.0  # until its keeper answers, which on a busy machine waits for its turn


class Worker:
    """A process in a sandbox: nothing it says is believed but plain data."""

    def __init__(self, data, status, limits, budget=None):
        self._data, self._status = data, status
        self._answers = frames.Reader(data)
        self._limits = limits
        self._number = 0
        self._budget = budget or Budget(limits.notebook_seconds)
        self._used = self._charged = 0.0  # seconds of the processor, when last asked for
        self._charged_at = time.monotonic()
        self._owes_an_answer = False
        self._last_word = {}
        self.filtered = False

    def wait_until_confined(self):
        """Wait for the keeper's word that everything that confines the worker is in place."""
        said = self._hear(_BEGIN_SECONDS)
        if not said.get("ready"):
            raise SandboxFailed(said.get("failed") or "the sandbox gives no answer")
        self.filtered = said["filtered"]

    def lay_files(self, files):
        """Lay files beside the notebook."""
        if files:
            content = {name: np.frombuffer(data, np.uint8) for name, data in files.items()}
            self._ask({"do": "files", "files": content}, 30)

    def cell(self, source, seconds=None):
        """Run a cell; return the message with its outputs and its status."""
        seconds = self._seconds(seconds or self._limits.cell_seconds)
        return self._ask({"do": "cell", "source": source, "seconds": seconds}, seconds)

    def call(self, function, arguments, keywords, stand_ins=(), answers=()):
        """Call a function; return the message with its value, error and arguments.

        Calls of `stand_ins`, names of functions, are answered from outside: the message holds the
        first one that has no answer yet.
        """
        seconds = self._seconds(self._limits.call_seconds)
        message = {"do": "call", "function": function, "seconds": seconds}
        message |= {"arguments": arguments, "keywords": keywords}
        message |= {"stand_ins": list(stand_ins), "answers": list(answers)}
        return self._ask(message, seconds)

    def look(self, variable):
        """Look at a variable; return the message with what it holds."""
        seconds = self._seconds(self._limits.call_seconds)
        return self._ask({"do": "look", "variable": variable, "seconds": seconds}, seconds)

    def _seconds(self, most):
        if self._budget.is_spent():
            raise StudentDied(
                f"the notebook ran for more than {self._limits.notebook_seconds:g} seconds"
            )
        return min(most, self._budget.left)

    def _ask(self, message, seconds):
        """Send a message and wait for its answer, or for the end of the process."""
        self._number += 1
        # Beyond the soft limits inside, which spare what the notebook has defined.
        seconds_on_the_clock = frames.NET * seconds + 2
        deadline = time.monotonic() + seconds_on_the_clock
        try:
            self._data.settimeout(seconds_on_the_clock)
            frames.send(self._data, message | {"number": self._number})
            answer = {}
            while not _is(answer.get("number"), self._number):  # forged, or late
                self._wait(seconds + 2, deadline)
                answer = frames.receive(self._answers, deadline)
        except (frames.TooLate, TimeoutError):
            raise StudentDied(f"it could not be stopped after {seconds:g} seconds") from None
        except (frames.BadFrame, OSError) as error:
            raise self._why_it_ended(error) from None
        finally:
            self._charge()
        if answer.get("too_large") is True:
            raise StudentDied("it returned more than can be handed over")
        return answer

    def _wait(self, seconds, deadline):
        """Wait until the process says something, as long as it has not worked for so long.

        It may take no notice of the limits inside: then this one is left.
        """
        before = self._used
        while not self._answers.kept and not select.select([self._data], [], [], _LOOK)[0]:
            if time.monotonic() > deadline or self._processor_seconds() - before > seconds:
                raise frames.TooLate

    def _charge(self):
        """Take what was used from the budget; what cannot be much is left to the next time."""
        now = time.monotonic()
        if now - self._charged_at < _SHORT and self._budget.left > _NEARLY_SPENT:
            return
        self._charged_at = now
        used = self._processor_seconds()
        self._budget.use(used - self._charged)
        self._charged = used

    def _processor_seconds(self):
        """Return what the process has used since it began, by its keeper's word.

        A late answer says what had been used before: then the keeper is asked once more. It is
        never asked twice at a time, which it would take for the order to kill.
        """
        if kernel_calls.LINUX:
            if self._owes_an_answer:
                self._hear_what_was_used()
            if not self._owes_an_answer and not self._last_word:
                with contextlib.suppress(OSError):
                    self._status.sendall(frames.USED)
                self._owes_an_answer = True
                self._hear_what_was_used()
        return self._used

    def _hear_what_was_used(self):
        said = self._hear(_KEEPER_SECONDS)
        if "used" in said:
            self._used = said["used"]
        elif said:
            self._last_word = said
        self._owes_an_answer = not said

    def _why_it_ended(self, error):
        """Return StudentDied, or SandboxFailed where it was not the student's doing."""
        said = self._last_word or self._hear(_KEEPER_SECONDS)
        while "used" in said:  # a late answer
            said = self._hear(_KEEPER_SECONDS)
        if not said:  # it lives, but does not speak as it should
            return StudentDied(f"it broke the connection: {error}")
        if "ended" not in said:
            return SandboxFailed("the sandbox ended while the notebook ran")
        code = said["ended"]
        if isinstance(code, str):
            return StudentDied(code)
        if code == -signal.SIGKILL:
            # Nothing inside can do that: only the system, when the machine's memory is short.
            return SandboxFailed("the system killed the notebook's process; is memory short?")
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return StudentDied(f"it ended its own process {how}")

    def _hear(self, seconds):
        """Return the keeper's next message, {} for none, or {"failed": …} when it is gone."""
        self._status.settimeout(seconds)
        line = b""
        try:
            while not line.endswith(b"\n"):
                part = self._status.recv(4096)
                if not part:
                    return {"failed": "the keeper ended"}
                line += part
        except TimeoutError:
            return {}
        except OSError as error:
            return {"failed": str(error)}
        return json.loads(line.splitlines()[-1])

    def kill(self):
        """End the process and everything it started; return when they are gone."""
        with contextlib.suppress(OSError):
            self._status.sendall(b"kill\n")
            self._status.settimeout(10)
            while self._status.recv(4096):
                pass

    def close(self):
        """Let go of both connections."""
        self._data.close()
        self._status.close()


def _is(said, number):
    return type(said) is int and said == number
