"""One student's process: runs the cells of one notebook, then answers calls of its functions."""

import contextlib
import io
import os
import sys

from . import frames
from .questions import Asks, standing_in
from .shell import TimeLimit, time_limit

_MOST_PRINTED = 500


def serve(sock, shell):
    """Answer the grader's messages until it hangs up."""
    answers = {"files": _write_files, "cell": _run_cell, "call": _call, "look": _look}
    reader = frames.Reader(sock)
    shell.take_streams()
    while True:
        try:
            message = frames.receive(reader)
        except frames.BadFrame:
            return
        answer = answers[message["do"]](shell, message)
        try:
            frames.send(sock, answer | {"number": message["number"]})
        except frames.BadFrame:
            frames.send(sock, {"number": message["number"], "too_large": True})


def _write_files(shell, message):
    """Lay the files that were handed in beside the notebook."""
    for name, content in message["files"].items():
        # What finds no room is missed by the cell that reads it, and by no other.
        with contextlib.suppress(OSError):
            folder = os.path.dirname(name)
            if folder:
                os.makedirs(folder, exist_ok=True)
            with open(name, "wb") as file:
                file.write(content.tobytes())
    return {}


def _run_cell(shell, message):
    outputs, status = shell.run(message["source"], message["seconds"])
    return {"outputs": outputs, "status": status}


def _call(shell, message):
    """Call one function of the student's with fresh arrays."""
    name, arguments = message["function"], message["arguments"]
    function = shell.user_ns.get(name)
    if function is None:
        return {"missing": True}
    value, error = None, ""
    printed = io.StringIO()
    try:
        with (
            time_limit(message["seconds"], f"{name}()"),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
            standing_in(shell.user_ns, message["stand_ins"], message["answers"]),
        ):
            value = shell.event_loop.context.run(function, *arguments, **message["keywords"])
    except Asks as question:
        return {"asks": question.asked}
    except TimeLimit as limit:
        error = f"TimeLimit: {limit}"
    except BaseException as problem:
        error = _last_line(problem)
    text = printed.getvalue()[:_MOST_PRINTED]
    return {"value": value, "error": error, "after": tuple(arguments), "printed": text}


def _look(shell, message):
    """Hand over one variable of the student's."""
    name = message["variable"]
    if name not in shell.user_ns:
        return {"missing": True}
    try:
        with time_limit(message["seconds"], name):
            return {"value": _in_plain(shell.user_ns[name])}
    except BaseException as problem:  # its class is the student's
        return {"value": None, "error": _last_line(problem)}


def _in_plain(value):
    """Return a dict and a set as lists, marked as what they were, and a table as its array."""
    if type(value) is dict:
        return ("dict", [list(pair) for pair in value.items()])
    if type(value) in (set, frozenset):
        return ("set", list(value))
    if hasattr(type(value), "__array__") and hasattr(type(value), "iloc"):
        value = value.to_numpy()
    return ("value", value)


def _last_line(problem):
    try:
        text = str(problem)
    except BaseException:
        text = ""
    return f"{type(problem).__name__}: {text}"[:500]


def close_all_but(kept):
    """Leave this process nothing of the machine but its socket and empty standard streams."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.dup2(kept, 3)
    os.closerange(4, 4096)
    sys.stdin, sys.stdout, sys.stderr = (open(fd, mode) for fd, mode in enumerate("rww"))  # noqa: SIM115  open for good
    return 3
