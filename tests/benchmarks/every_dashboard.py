"""Measure every dashboard in a real Chromium in a real JupyterLab, and print a table.

    python tests/benchmarks/every_dashboard.py [NAME ...]

Of each: slider to painted frame, and what the page's processor takes of it (on a busy machine only
that says something); frames a second at Play (also with the processor slowed four times); a changed
slider to the new picture; and what fifty runs of its cell leave behind, beside those of a cell that
shows one line.
"""

import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import real_lab
from benchmarks.browser import PLAY, SLIDE, default_dashboards, open_notebook
from benchmarks.engine import Row

# Milliseconds from a changed setting to the new picture: landscapes and functions, networks.
QUICK, NETWORK = 60, 200
NETWORKS = {
    "activations", "adam", "batches", "cost_lab", "four_ways", "network", "optimizer", "own_rule",
    "ranking", "step_size", "surface",
}  # fmt: skip
# own_rule needs a rule: the slide's gradient descent.
OWN_RULE = """import mlpteach as mt
mt.dashboards.own_rule(lambda k, G, *, eta: mt.Quantities(rho=eta * G), against="gd")"""
ONE_LINE = "from IPython.display import HTML\nHTML('<p class=mlp><span class=track>one line')"
# Whose cells are run again.
AGAIN = ("adam", "race")
RUNS = 50

# Sets the first slider in sight to one value after the other, and waits for each history.
CHANGE = """async (times) => {
  const spans = [], status = document.querySelector(".mlp .status");
  const all = [...document.querySelectorAll(".mlp .controls input[type=range]")];
  const slider = all.find((one) => one.offsetParent);
  if (!slider) return spans;
  const [low, high] = [Number(slider.min), Number(slider.max)];
  for (let i = 0; i < times; i++) {
    await bench.pause(300);
    const start = performance.now();
    bench.input(slider, low + (high - low) * (0.3 + 0.02 * i));
    await bench.until(() => status.textContent);
    spans.push(await bench.until(() => !status.textContent) - start);
  }
  return spans; }"""


def source(name):
    if name == "own_rule":
        return OWN_RULE
    return f"import mlpteach as mt\nmt.dashboards.{name}()"


def moves(page, times=40):
    """Return what the slider takes to the painted frame, as rows' values: of each the milliseconds.

    Returns
    -------
    (float, float)
        The median until it is painted, and the mean of the page's processor; NaN without steps.
    """
    steps = page.evaluate("Number(document.querySelector('.mlp .track input[type=range]').max)")
    places = [1 + (37 * i) % int(steps) for i in range(1, times + 1)]
    places = [k for k, before in zip(places[1:], places[:-1], strict=True) if k != before]
    if not places:
        return float("nan"), float("nan")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = processor_seconds(session)
    painted = statistics.median(page.evaluate(SLIDE, places)[1])
    return painted, 1000 * (processor_seconds(session) - before) / len(places)


def processor_seconds(session):
    """Return what tasks of the page's main thread have taken of the processor since the start."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def plays(page, slowed):
    """Return frames a second at Play, the processor slowed so many times."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.select_option("select[aria-label='steps a second']", "60")
    page.focus(".mlp")
    page.keyboard.press("Home")
    page.click("[data-action=play]")
    rate = page.evaluate(PLAY, 1.5)
    page.keyboard.press("Home")
    if page.text_content("[data-action=play]").startswith("■"):
        page.click("[data-action=play]")
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return rate


def rows(page, name):
    """Yield the rows of one dashboard."""
    painted, processor = moves(page)
    yield Row(f"{name}: slider to painted frame, median", painted, "ms", 8)
    yield Row(f"{name}: the page's processor for it", processor, "ms", 8)
    yield Row(f"{name}: frames a second at Play", plays(page, 1), "/s", 58, True)
    yield Row(f"{name}: the same, four times slower", plays(page, 4), "/s", 30, True)
    spans = page.evaluate(CHANGE, 7)
    limit = NETWORK if name in NETWORKS else QUICK
    if spans:
        yield Row(f"{name}: setting to new picture", statistics.median(spans), "ms", limit)


def heap(page):
    """Return the megabytes of JavaScript's heap, garbage collected."""
    session = page.context.new_cdp_session(page)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


def run_again(page, runs):
    """Run the cell; no handle of a node is held, which would keep its dashboard."""
    for _ in range(runs):
        page.click(".jp-CodeCell .jp-InputArea-editor")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(200)
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(
            state="attached"
        )
        page.locator(".mlp .track").wait_for()
    page.wait_for_timeout(3000)


def kept(page):
    """Return megabytes of the page's heap that fifty runs leave, once all code is compiled."""
    run_again(page, 20)
    before = heap(page)
    run_again(page, RUNS)
    return heap(page) - before


def kept_row(opened, name):
    """Return the row of what runs of a cell leave on the page, beside those of one line."""
    line, page = opened(f"{name}_line", ONE_LINE), opened(f"{name}_again", source(name))
    more = kept(page) - kept(line)
    for one in (line, page):
        one.context.close()
    history = sum(map(len, default_dashboards()[name]().core.history()[1])) / 1e6
    return Row(f"{name}: page keeps of {RUNS} runs", more, "MB", history)


def main(names):
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = home / "notebooks"
        folder.mkdir()
        lab = stack.enter_context(real_lab.serve(home, folder))
        browser = stack.enter_context(real_lab.launch())

        def opened(name, cell):
            return open_notebook(browser, lab, folder, name, cell, ".mlp .track")

        for name in names or [*default_dashboards(), "own_rule"]:
            page = opened(name, source(name))
            for row in rows(page, name):
                print(row, flush=True)
            page.context.close()
            if name in AGAIN:
                print(kept_row(opened, name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
