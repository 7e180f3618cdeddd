"""Fifty runs of a cell leave less than one history in a real kernel."""

import time

import pytest
from jupyter_client.manager import start_new_kernel

PATIENCE = 120
RUNS = 50
MEASURE = """
import gc, tracemalloc, ipywidgets

def traced():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]

def players():
    return [one for one in gc.get_objects() if type(one).__name__ == "Player"]

def alive():
    return len(players())

def history():
    return sum(map(len, players()[0].core.history()[1]))

def widgets():
    return len(ipywidgets.widgets.widget._instances)
"""


class Kernel:
    """A kernel that runs cells as JupyterLab asks for it, and says what they print."""

    def __init__(self, client):
        self._client = client

    def run(self, source, cell="a cell"):
        content = {
            "code": source, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": True,
        }  # fmt: skip
        asked = self._client.session.msg("execute_request", content, metadata={"cellId": cell})
        self._client.shell_channel.send(asked)
        said = []
        while (message := self._next(asked)) is not None:
            kind, told = message["msg_type"], message["content"]
            assert kind != "error", "\n".join(told.get("traceback", ()))
            if kind == "stream" and told["name"] == "stdout":
                said.append(told["text"])
        return "".join(said).strip()

    def _next(self, asked):
        """Return the next message for a request; None when the kernel is done with it."""
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == asked["header"]["msg_id"]:
                ends = message["content"].get("execution_state") == "idle"
                return None if ends else message

    def number(self, expression):
        return float(self.run(f"print({expression})", "another cell"))


@pytest.fixture
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield Kernel(client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def kept_of(kernel, cell):
    """Return the bytes that runs of a cell leave behind."""
    kernel.run(cell)
    before = kernel.number("traced()")
    for _ in range(RUNS):
        kernel.run(cell)
    return kernel.number("traced()") - before


def test_fifty_runs_leave_less_than_one_history(kernel):
    kernel.run(MEASURE)
    cell = "import mlpteach as mt\nmt.dashboards.adam(*mt.datasets.moons(n=400), epochs=2)"
    for _ in range(2):
        kernel.run(cell)
    widgets = kernel.number("widgets()")
    kernel.run("tracemalloc.start()")
    kept, of_itself = kept_of(kernel, cell), kept_of(kernel, "'what Jupyter keeps of a run'")
    assert kernel.number("alive()") == 1
    assert kernel.number("widgets()") == widgets
    assert kept - of_itself < kernel.number("history()")


def test_memory_is_asked_back_soon_after_the_last_run(kernel):
    kernel.run(MEASURE)
    for _ in range(4):
        kernel.run("import mlpteach as mt\nmt.dashboards.neuron(updates=20)")
    end = time.monotonic() + PATIENCE
    while kernel.number("alive()") > 1:
        assert time.monotonic() < end, "what was closed is still there"
        time.sleep(0.5)
