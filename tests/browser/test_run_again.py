"""A cell that is run again leaves nothing of its old dashboard on the page."""

from real_lab import open_and_run, write_notebook

RUNS = 6
SOURCE = "import mlpteach as mt\nmt.dashboards.race(steps=20)"
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'


class Memory:
    """What a page holds after its garbage has been collected."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")

    def _collect(self):
        for _ in range(2):
            self._session.send("HeapProfiler.collectGarbage")

    def counted(self, name):
        """Return how many nodes, or listeners, there are."""
        self._collect()
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == name)

    def objects(self, kind):
        """Return how many objects of a class there are, such as DataView."""
        ask = self._session.send
        prototype = ask("Runtime.evaluate", {"expression": f"{kind}.prototype", "objectGroup": "m"})
        self._collect()
        which = {"prototypeObjectId": prototype["result"]["objectId"], "objectGroup": "m"}
        found = ask("Runtime.queryObjects", which)["objects"]["objectId"]
        count = {"functionDeclaration": "function () { return this.length; }", "objectId": found}
        told = ask("Runtime.callFunctionOn", count)
        ask("Runtime.releaseObjectGroup", {"objectGroup": "m"})
        return told["result"]["value"]


def run_again(page, times):
    """Run the cell; no handle of a node is held, which would keep its dashboard."""
    for _ in range(times):
        page.click(".jp-CodeCell .jp-InputArea-editor")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
        page.locator(IDLE).wait_for(state="attached")
        page.locator(".mlp .track").wait_for()
    page.wait_for_timeout(2000)


def test_of_a_dashboard_run_again_nothing_is_left(page, lab, folder):
    write_notebook(folder / "again.ipynb", SOURCE)
    open_and_run(page, lab, "again.ipynb")
    page.locator(".mlp .track").wait_for()
    memory = Memory(page)
    run_again(page, 2)
    one = page.evaluate("document.querySelectorAll('.mlp, .mlp *').length")
    kinds = "DataView", "Float64Array", "ResizeObserver", "MutationObserver"
    before = [memory.objects(kind) for kind in kinds]
    nodes, listeners = memory.counted("Nodes"), memory.counted("JSEventListeners")
    run_again(page, RUNS)
    assert [memory.objects(kind) for kind in kinds] == before
    assert memory.counted("Nodes") - nodes < one / 2
    assert memory.counted("JSEventListeners") - listeners < RUNS
