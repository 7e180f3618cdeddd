"""Cells run inside an event loop that goes on, as in a kernel; tests compare the marks with one."""

import pytest

from mlpteach.exercise.protocol import Call
from mlpteach.grading.deciding.session import Session
from mlpteach.grading.inside import landlock
from mlpteach.grading.isolation.sandbox import BUBBLEWRAP, LANDLOCK, Limits, Sandbox

CELLS = {
    "import": "import asyncio\nimport decimal\nimport io\nimport sys",
    "waits": "try:\n    await asyncio.sleep(1000)\nfinally:\n    woken = True",
    "works": "await asyncio.sleep(0)\nwhile True:\n    pass",
    "stopped": "asyncio.get_running_loop().stop()\n1",
    "stops and waits": "asyncio.get_running_loop().stop()\nawait asyncio.sleep(0.01)",
    "starts": "async def count():\n    for n in range(3):\n        await asyncio.sleep(0)\n"
    "    print('counted', n)\n    return n\ntask = asyncio.create_task(count())",
    "closes": "try:\n    asyncio.get_running_loop().close()\nexcept RuntimeError as error:\n"
    "    print(error)",
    "sets": "decimal.getcontext().prec = 40\n\n"
    "def third():\n    return str(decimal.Decimal(1) / 3)",
    "fails": "async def never():\n    pass\nasyncio.run(never())",
    "fails again": "1 / 0",
    "quiet": "rows = [[n] for n in range(10000)]",
    "hides": "kept, sys.stdout = sys.stdout, io.StringIO()\nprint(1)",
    "shows": "sys.stdout = kept\nprint(task.done(), woken)",
}


@pytest.fixture(scope="module", params=[BUBBLEWRAP, LANDLOCK])
def session(request, needs_sandbox):
    if request.param == LANDLOCK and not landlock.version():
        pytest.skip("this kernel has no Landlock")
    limits = Limits(cell_seconds=1, call_seconds=5, notebook_seconds=60)
    with (
        Sandbox(request.param, limits, modules=("numpy",)) as sandbox,
        Session(sandbox, list(CELLS.values())) as started,
    ):
        yield started


def shown(session, cell):
    return session.outputs[list(CELLS).index(cell)]


@pytest.mark.parametrize("cell", ["waits", "works"])
def test_a_cell_whose_time_is_over_says_so_and_no_more(cell, session):
    (said,) = shown(session, cell)
    assert said["ename"] == "TimeLimit"


def test_a_loop_that_is_stopped_or_closed_costs_its_own_cell_only(session):
    assert shown(session, "stopped")[0]["data"] == {"text/plain": "1"}
    assert shown(session, "stops and waits")[0]["ename"] == "RuntimeError"
    assert "Cannot close a running event loop" in shown(session, "closes")[0]["text"]


def test_a_task_goes_on_below_its_cell_and_is_shown_there(session):
    assert shown(session, "starts")[0]["text"] == "counted 2\n"
    assert shown(session, "shows")[0]["text"] == "True True\n"


def test_what_a_cell_sets_holds_in_calls(session):
    assert session.answer(Call("third", ())).value == "0." + 40 * "3"


def test_what_a_failed_cell_leaves_warns_in_no_later_cell(session):
    assert "asyncio.run() cannot be called" in shown(session, "fails")[0]["evalue"]
    assert shown(session, "quiet") == shown(session, "hides") == []


def test_no_cell_ended_its_process(session):
    assert session.deadly == {}
    assert session.left == []
