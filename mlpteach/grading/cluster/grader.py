"""The process on a worker that grades: ``python -m mlpteach.grading.cluster.grader JOBS LIFE``.

A process of its own, because limits of time need its main thread, and because a sandbox ends with
the thread that started it, which on a worker may be any.
"""

import contextlib
import gc
import os
import sys
import threading
from multiprocessing.connection import Connection


def main(jobs, life):
    """Answer jobs until the worker ends or says so.

    Parameters
    ----------
    jobs : int
        File descriptor of a connection: a setup is received and its trouble sent, "" for none;
        then jobs are received and their answers sent.
    life : int
        File descriptor that ends with the worker.
    """
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()
    connection = Connection(jobs)
    gc.disable()  # nothing loaded below is garbage
    from mlpteach.grading.cluster.jobs import OtherVersion, answer_job, read_setup
    from mlpteach.grading.isolation.no_sandbox import NoSandbox
    from mlpteach.grading.isolation.sandbox import Sandbox, SandboxFailed

    with contextlib.ExitStack() as stack:
        try:
            setup = read_setup(_receive(connection))
            sandbox = stack.enter_context(Sandbox(setup.isolation, setup.limits))
            sandbox.settle()
        except (OtherVersion, NoSandbox, SandboxFailed) as trouble:
            return connection.send_bytes(str(trouble).encode())
        gc.freeze()  # now neither, and looking through it takes long
        gc.enable()
        connection.send_bytes(b"")
        while True:
            answer = answer_job(_receive(connection), setup, sandbox)  # or it ends: no sandbox
            connection.send_bytes(answer.encode("utf-8", "surrogatepass"))


def _receive(connection):
    try:
        return connection.recv_bytes().decode()
    except (EOFError, OSError):  # the worker ended
        sys.exit()


def _end_with(life):
    os.read(life, 1)  # nothing is ever written there
    os._exit(1)  # its sandbox ends with it


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
