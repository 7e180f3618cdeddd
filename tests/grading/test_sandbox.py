"""The sandbox, in each isolation this machine offers."""

import os
import time

import numpy as np
import pytest

from mlpteach.grading.sandbox import (
    BUBBLEWRAP,
    NO_SANDBOX,
    SANDBOXES,
    Limits,
    Sandbox,
    SandboxFailed,
    StudentDied,
)

pytestmark = pytest.mark.usefixtures("needs_sandbox")

LIMITS = Limits(cell_seconds=1, call_seconds=1, notebook_seconds=20)


@pytest.fixture(scope="module", params=[*SANDBOXES, NO_SANDBOX])
def sandbox(request):
    with Sandbox(request.param, LIMITS, modules=("numpy",)) as started:
        yield started


@pytest.fixture(scope="module", params=SANDBOXES)
def isolated(request):
    """Of these none lets anything out."""
    with Sandbox(request.param, LIMITS, modules=("numpy",)) as started:
        yield started


def text(answer):
    return "".join(str(output) for output in answer["outputs"])


def test_the_best_isolation_is_found():
    with Sandbox(modules=()) as sandbox:
        sandbox.settle()
        assert sandbox.described == BUBBLEWRAP


def test_cells_share_names_and_calls_get_arrays(sandbox):
    with sandbox.worker({"data.txt": b"7"}) as worker:
        worker.cell("def double(x, by=2):\n    x += 0\n    return x * by, open('data.txt').read()")
        said = worker.call("double", (np.arange(6.0).reshape(2, 3),), {"by": 3})
        np.testing.assert_array_equal(said["value"][0], 3 * np.arange(6.0).reshape(2, 3))
        assert said["value"][1] == "7"
        assert worker.call("no_such", (), {})["missing"] is True


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import numpy as np\nnp.ones(2**31)", "MemoryError"),
        ("import os\nos.fork()", "PermissionError"),
        ("import socket\nsocket.socket()", "PermissionError"),
        ("while True: pass", "TimeLimit"),
    ],
)
def test_what_it_refuses(source, said, sandbox):
    with sandbox.worker() as worker:
        assert said in text(worker.cell(source))


def test_nothing_is_left_for_the_next(sandbox):
    with sandbox.worker() as worker:
        worker.cell("here = 1\nopen('left', 'w').close()")
    with sandbox.worker() as worker:
        assert "NameError" in text(worker.cell("here"))
        assert "False" in text(worker.cell("import os\nos.path.exists('left')"))


def test_a_process_that_ends_itself_is_told_from_a_sandbox_that_failed(sandbox):
    with sandbox.worker() as worker, pytest.raises(StudentDied, match="exit code 3"):
        worker.cell("import os\nos._exit(3)")


def test_a_sandbox_that_fails_is_no_fault_of_the_student(isolated):
    with pytest.raises(SandboxFailed):
        lose_the_sandbox(isolated)
    with isolated.worker() as worker:
        assert "2" in text(worker.cell("1 + 1"))


def lose_the_sandbox(sandbox):
    with sandbox.worker() as worker:
        sandbox._process.kill()
        sandbox._process.wait()
        for _ in range(500):  # what is inside ends a moment later
            worker.cell("1")
            time.sleep(0.01)


def test_a_sandbox_that_ended_meanwhile_is_started_again(sandbox):
    with sandbox.worker():
        pass
    if sandbox._process is not None:  # without namespaces each notebook has its own anyway
        sandbox._process.kill()
        sandbox._process.wait()
    with sandbox.worker() as worker:
        assert "42" in text(worker.cell("6 * 7"))


@pytest.fixture
def shared():
    """The isolation in which graders share a sandbox; in the others each starts its own."""
    with Sandbox(BUBBLEWRAP, LIMITS, modules=("numpy",)) as started:
        yield started


def test_a_forked_process_shares_it_and_cannot_end_it(shared):
    shared.settle()
    first = shared._process.pid
    child = os.fork()
    if child == 0:
        right = False
        try:
            with shared.worker() as worker:
                right = "42" in text(worker.cell("6 * 7")) and shared._process.pid == first
            shared.stop()
        finally:
            os._exit(0 if right else 1)
    with shared.worker() as worker:
        assert "12" in text(worker.cell("3 * 4"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with shared.worker() as worker:
        assert "56" in text(worker.cell("7 * 8"))
    assert shared._process.pid == first
