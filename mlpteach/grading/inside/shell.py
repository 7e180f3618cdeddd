"""IPython's shell without a kernel: runs one cell at a time and keeps what it shows."""

import ast
import builtins
import contextlib
import gc
import getpass
import os
import re
import signal
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Instance, Type
from traitlets.config import Config

from .event_loop import EventLoop
from .frames import COMMAND_PUT_ASIDE, COMMAND_SHOWS, NET
from .shown import Outputs, Stream
from .stand_in import PutAside

# Commands that no later cell needs: they show, or install what an import asks for by itself.
_SHOWING = frozenset(
    (
        *("cat", "clear", "conda", "date", "df", "du", "echo", "file", "free", "grep", "head"),
        *("hostname", "less", "ls", "mamba", "man", "more", "nproc", "nvidia-smi", "pip", "pip3"),
        *("pwd", "sort", "tail", "tree", "uname", "uniq", "uv", "wc", "which", "whoami"),
    )
)


class TimeLimit(BaseException):
    """Raised in the student's code when its time is over; `except Exception` does not stop it."""


class _Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    def start_displayhook(self):
        pass

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        number = self.shell.execution_count
        self.shell.outputs.data("execute_result", format_dict, execution_count=number)

    def finish_displayhook(self):
        pass


class _Publisher(DisplayPublisher):
    """Keeps what display() shows."""

    def publish(self, data, metadata=None, **ignored):
        self.shell.outputs.data("display_data", data)

    def clear_output(self, wait=False):
        self.shell.outputs.clear()


class ZMQInteractiveShell(InteractiveShell):
    """One notebook's shell; by a kernel's name programs know that they run in a notebook."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs = Instance(Outputs, ())
    event_loop = Instance(EventLoop, ())
    kernel = None  # that it is there tells pandas how wide a table may be

    def begin_anew(self):
        """Forget which cells were run, so that the next one is the first, as `In` counts them."""
        for past in (self.history_manager.input_hist_parsed, self.history_manager.input_hist_raw):
            past[:] = [""]
        self.execution_count = 1
        self.event_loop.close()

    def enable_gui(self, gui=None):
        """There is no window to open."""

    def init_sys_modules(self):
        self._main_mod_cache = {}
        sys.modules["__main__"] = self.user_module

    def showtraceback(self, *arguments, **keywords):
        problem = sys.exc_info()[1]
        if isinstance(problem, PutAside):  # no mistake, and a traceback takes long to write
            self.outputs.stream("stdout", f"{problem}\n")
        else:
            super().showtraceback(*arguments, **keywords)

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.error(etype.__name__, _text(evalue), stb)

    def system(self, cmd):
        """Put a shell line aside, and go on below it."""
        self.outputs.stream(
            "stdout", f"{COMMAND_SHOWS if _only_shows(cmd) else COMMAND_PUT_ASIDE}\n"
        )

    def getoutput(self, cmd, split=True, depth=0):
        """Put a shell line aside whose output was wanted."""
        self.outputs.stream("stdout", f"{COMMAND_PUT_ASIDE}\n")
        return [] if split else ""

    system_raw = system
    system_piped = system

    def os_system(self, command):
        """Take the place of `os.system`, which would fail without a word."""
        self.system(command)
        return 0 if _only_shows(command) else 1

    def take_streams(self):
        """Keep what is printed from here on, until a cell puts a stream of its own there."""
        sys.stdout, sys.stderr = Stream("stdout", 1, self), Stream("stderr", 2, self)

    def run(self, source, seconds):
        """Run a cell; return its outputs and "ok", "error" or "timeout"."""
        self.outputs = Outputs()
        try:
            with time_limit(seconds, "this cell"), _nobody_to_ask():
                result = self._run_what_can_be(source)
                self.event_loop.go_on()
                failed = result.error_before_exec or result.error_in_exec
                if failed:
                    gc.collect()  # else a warning of what it left may be found in a test's cell
        except BaseException as error:  # also what the student's hooks raise
            self.outputs.error(type(error).__name__, _text(error), [_text(error)])
            failed = error
        status = "timeout" if isinstance(failed, TimeLimit) else "error" if failed else "ok"
        return list(self.outputs), status

    def _run_what_can_be(self, source):
        """Run a cell; where a statement needs what is put aside, go on after it.

        The function below it, which would be marked, may do without.
        """
        result = self._run_in_loop(source, store_history=True)
        if isinstance(result.error_in_exec, PutAside):
            while isinstance(result.error_in_exec, (PutAside, NameError)):
                source = self._rest_after(result.error_in_exec, source)
                if not source:
                    break
                result = self._run_in_loop(source, store_history=False)
        return result

    def _run_in_loop(self, source, store_history):
        """Run code inside the loop; where its time is over, leave out what its end would show."""
        try:
            return self.event_loop.run(self._as_a_kernel(source, store_history))
        except BaseException:
            shown, self.outputs = self.outputs, Outputs()
            try:
                self.event_loop.cancel()
            finally:
                self.outputs = shown
            raise

    async def _as_a_kernel(self, source, store_history):
        """Await what a cell awaits, and run any other as a function is called."""
        try:
            plain = self.transform_cell(source)
        except Exception:  # said below, when it is tried again
            return self.run_cell(source, store_history=store_history)
        if not self.should_run_async(source, transformed_cell=plain):
            return self.run_cell(source, store_history=store_history)
        result = None
        try:
            result = await self.run_cell_async(
                source, store_history=store_history, transformed_cell=plain
            )
            return result
        finally:
            self.events.trigger("post_execute")
            self.events.trigger("post_run_cell", result)

    def _rest_after(self, error, source):
        """Return the statements below the one that raised `error`."""
        trace, line = error.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_name == "<module>":
                line = trace.tb_lineno
            trace = trace.tb_next
        plain = self.transform_cell(source)
        starts = [
            min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            for node in ast.parse(plain).body
        ]
        below = [start for start in starts if start > line]
        return "\n".join(plain.splitlines()[below[0] - 1 :]) if below and line else ""


@contextlib.contextmanager
def _nobody_to_ask():
    """Let `input` fail as in a kernel that nobody sits before; a cell's own lasts as long as it."""

    def refuse(prompt="", stream=None):
        raise StdinNotImplementedError("input was called, but there is nobody to ask while grading")

    kept = builtins.input, getpass.getpass
    builtins.input = getpass.getpass = refuse
    try:
        yield
    finally:
        builtins.input, getpass.getpass = kept


def _only_shows(command):
    """Whether a shell line does nothing that a later cell could miss."""
    if ">" in command:
        return False
    parts = [part.split() for part in re.split(r"[|;&\n]+", command)]
    return all(not words or words[0] in _SHOWING for words in parts)


# Without looking each handler up among its own constants, which takes longer than most calls.
_set_handler = getattr(signal.signal, "__wrapped__", signal.signal)


class time_limit:
    """Raise TimeLimit in the block when it works for more than `seconds` of the processor."""

    def __init__(self, seconds, what):
        self.seconds, self.what = seconds, what

    def __enter__(self):
        def ring(number, frame):
            raise TimeLimit(f"{self.what} ran for more than {self.seconds:g} seconds")

        _set_handler(signal.SIGPROF, ring)
        _set_handler(signal.SIGALRM, ring)
        # Again and again: the first one may meet a bare `except:`.
        signal.setitimer(signal.ITIMER_PROF, self.seconds, 0.2)
        signal.setitimer(signal.ITIMER_REAL, NET * self.seconds, 0.2)

    def __exit__(self, *error):
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return False


def _text(error):
    try:
        return str(error)[:2000]
    except BaseException:
        return ""


def start():
    """Return a shell ready for the first cell."""
    # Progress bars and others ask for one of these, and write to stderr outside of notebooks.
    sys.modules["ipykernel.zmqshell"] = sys.modules[__name__]
    like_a_kernels = Config(
        IPKernelApp={"connection_file": ""},
        HistoryManager={"enabled": False},  # it would start a thread a student
    )
    shell = ZMQInteractiveShell.instance(colors="NoColor", config=like_a_kernels)
    # As a kernel does: a cell may await.
    shell.autoawait = True
    os.system = shell.os_system
    shell.display_formatter.format(0.5)  # the first is slow, and students are forked from here
    return shell
