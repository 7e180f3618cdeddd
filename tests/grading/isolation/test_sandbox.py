"""The sandbox, in each isolation this machine offers."""

import os
import re
import time

import numpy as np
import pytest

from mlpteach.grading.isolation import thread_group
from mlpteach.grading.isolation.budget import Budget
from mlpteach.grading.isolation.sandbox import (
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


THREADS = """
import threading, time
count = 0
threading.stack_size(1 << 16)
try:
    while count < 1000:
        threading.Thread(target=time.sleep, args=(300,), daemon=True).start()
        count += 1
except RuntimeError: pass
print("started", count)"""


def test_threads_are_counted_also_for_root(isolated):
    if os.getuid() == 0 and not thread_group._parents():
        pytest.skip("this root may make no control group")
    with isolated.worker() as worker:
        said = text(worker.cell(THREADS, 60))
        started = int(re.search(r"started (\d+)", said)[1])
        assert 20 < started <= thread_group.MOST_THREADS


def test_no_group_is_left_behind(isolated):
    before = groups()
    with isolated.worker() as worker:
        worker.cell("1")
        made = groups() - before
    assert groups() <= before
    assert made or not thread_group._parents()


def groups():
    """Those of this process: other tests may be making their own."""
    mine = f"mlpteach-{os.getpid()}-*"
    return {path for parent in thread_group._parents() for path in parent.glob(mine)}


def test_work_is_counted_and_waiting_is_not():
    """A neighbour's or the grader's own load is waiting, too."""
    with Sandbox(limits=LIMITS, modules=()) as sandbox:
        budget = Budget(20)
        with sandbox.worker(budget=budget) as worker:
            worker.cell("import time\ntime.sleep(2)")
            assert 20 - budget.left < 1
            said = worker.cell("while time.process_time(): pass")
        assert "TimeLimit" in text(said)
        assert 0.5 < 20 - budget.left < 3  # the clock may strike first on a busy machine


def test_the_clock_is_a_net():
    with Sandbox(limits=LIMITS, modules=()) as sandbox, sandbox.worker() as worker:
        assert "TimeLimit" in text(worker.cell("import time\ntime.sleep(300)"))


def test_who_takes_no_notice_is_ended_after_so_much_work():
    deaf = (
        "import signal\nfor s in (signal.SIGALRM, signal.SIGPROF): signal.signal(s, signal.SIG_IGN)"
    )
    with (
        Sandbox(limits=LIMITS, modules=()) as sandbox,
        sandbox.worker() as worker,
        pytest.raises(StudentDied, match="could not be stopped"),
    ):
        worker.cell(f"{deaf}\nwhile True: pass")


def test_the_machine_goes_before_a_student(isolated):
    with isolated.worker() as worker:
        assert f"nice {min(os.nice(0) + 10, 19)}." in text(
            worker.cell("import os\nprint(f'nice {os.getpriority(os.PRIO_PROCESS, 0)}.')")
        )


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
