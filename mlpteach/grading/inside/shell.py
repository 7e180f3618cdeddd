"""IPython's shell without a kernel: runs one cell at a time and keeps what it shows."""

import ast
import base64
import io
import re
import signal
import sys

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Instance, Type
from traitlets.config import Config

from .frames import COMMAND_PUT_ASIDE, COMMAND_SHOWS, NET
from .stand_in import PutAside

MOST_TEXT = 100_000
MOST_OUTPUTS = 50
MOST_IMAGE = 2_000_000
MOST_IMAGES = 10_000_000  # characters of all pictures of a cell; a message takes 16 million
# On these an ordinary test's mark hangs: the first of each is kept, whatever came before.
_DECIDING = (("error", None), ("execute_result", None), ("stream", "stderr"))
_LEAST_WARNING = 1000  # characters
# Commands that no later cell needs: they show, or install what an import asks for by itself.
_SHOWING = frozenset(
    (
        *("cat", "clear", "conda", "date", "df", "du", "echo", "file", "free", "grep", "head"),
        *("hostname", "less", "ls", "mamba", "man", "more", "nproc", "nvidia-smi", "pip", "pip3"),
        *("pwd", "sort", "tail", "tree", "uname", "uniq", "uv", "wc", "which", "whoami"),
    )
)
_KINDS = ("text/plain", "image/png", "image/jpeg")


class TimeLimit(BaseException):
    """Raised in the student's code when its time is over; `except Exception` does not stop it."""


class Outputs(list):
    """The outputs of one cell in nbformat's form, cut to a sensible size."""

    def __init__(self):
        super().__init__()
        self.text_left, self.images_left = MOST_TEXT, MOST_IMAGES

    def stream(self, name, text):
        if self._decides(("stream", name)):
            self.text_left = max(self.text_left, _LEAST_WARNING)
        if self.text_left <= 0:
            return
        if len(text) > self.text_left:
            text = text[: self.text_left] + "\n… the rest is left out\n"
        self.text_left -= len(text)
        last = self[-1] if self else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._add({"output_type": "stream", "name": name, "text": text})

    def data(self, kind, bundle, **more):
        kept = {}
        for key, value in bundle.items():
            if key not in _KINDS:
                continue
            if isinstance(value, (bytes, bytearray)):
                value = base64.b64encode(value).decode()
            if not isinstance(value, str):
                continue
            if key == "text/plain":
                kept[key] = value[:MOST_TEXT]
            elif len(value) <= min(MOST_IMAGE, self.images_left):
                kept[key] = value
                self.images_left -= len(value)
        if kept:
            self._add({"output_type": kind, "data": kept, "metadata": {}, **more})

    def error(self, name, value, lines):
        self._add(
            {
                "output_type": "error",
                "ename": str(name)[:200],
                "evalue": str(value)[:2000],
                "traceback": [str(line)[:5000] for line in lines[:100]],
            }
        )

    def _add(self, output):
        if len(self) < MOST_OUTPUTS or self._decides(_kind(output)):
            self.append(output)

    def _decides(self, kind):
        """Whether a mark may hang on an output of this kind, and none is kept yet."""
        return kind in _DECIDING and kind not in map(_kind, self)


def _kind(output):
    return output["output_type"], output.get("name")


class _Stream(io.TextIOBase):
    """Takes the place of sys.stdout or sys.stderr."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name, shell):
        self.name, self._shell = name, shell

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._shell.outputs.stream(self.name, text)
        return len(text)

    def writable(self):
        return True

    def isatty(self):
        return False


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
    kernel = None  # that it is there tells pandas how wide a table may be

    def begin_anew(self):
        """Forget which cells were run, so that the next one is the first, as `In` counts them."""
        for past in (self.history_manager.input_hist_parsed, self.history_manager.input_hist_raw):
            past[:] = [""]
        self.execution_count = 1

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

    def run(self, source, seconds):
        """Run a cell; return its outputs and "ok", "error" or "timeout"."""
        self.outputs = Outputs()
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream("stdout", self), _Stream("stderr", self)
        try:
            with time_limit(seconds, "this cell"):
                result = self._run_what_can_be(source)
            failed = result.error_before_exec or result.error_in_exec
        except BaseException as error:  # also what the student's hooks raise
            self.outputs.error(type(error).__name__, _text(error), [_text(error)])
            failed = error
        finally:
            sys.stdout, sys.stderr = kept
        status = "timeout" if isinstance(failed, TimeLimit) else "error" if failed else "ok"
        return list(self.outputs), status

    def _run_what_can_be(self, source):
        """Run a cell; where a statement needs what is put aside, go on after it.

        The function below it, which would be marked, may do without.
        """
        result = self.run_cell(source, store_history=True)
        if isinstance(result.error_in_exec, PutAside):
            while isinstance(result.error_in_exec, (PutAside, NameError)):
                source = self._rest_after(result.error_in_exec, source)
                if not source:
                    break
                result = self.run_cell(source, store_history=False)
        return result

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
    shell.display_formatter.format(0.5)  # the first is slow, and students are forked from here
    return shell
