"""Measure every dashboard in a real Chromium in a real JupyterLab, and print a table.

    python tests/benchmarks/every_dashboard.py [NAME ...]

Of each: slider to painted frame, frames a second at Play (also with the processor slowed four
times), a changed slider to the new picture; and what fifty runs of its cell leave behind.
"""

import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import real_lab
from benchmarks.browser import PLAY, SLIDE, TOOLS, default_dashboards, open_notebook
from benchmarks.engine import Row

# Milliseconds from a changed setting to the new picture: landscapes and functions, networks.
QUICK, NETWORK = 60, 200
NETWORKS = {"activations", "adam", "batches", "cost_lab", "network", "optimizer", "four_ways"}
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
    return f"import mlpteach as mt\nmt.dashboards.{name}()"


def moves(page, times=40):
    """Return the median of milliseconds from the slider to the painted frame; NaN without steps."""
    steps = page.evaluate("Number(document.querySelector('.mlp .track input[type=range]').max)")
    places = [1 + (37 * i) % int(steps) for i in range(1, times + 1)]
    places = [k for k, before in zip(places[1:], places[:-1], strict=True) if k != before]
    return statistics.median(page.evaluate(SLIDE, places)[1]) if places else float("nan")


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
    yield Row(f"{name}: slider to painted frame, median", moves(page), "ms", 8)
    yield Row(f"{name}: frames a second at Play", plays(page, 1), "/s", 58, True)
    yield Row(f"{name}: the same, four times slower", plays(page, 4), "/s", 30, True)
    spans = page.evaluate(CHANGE, 7)
    limit = NETWORK if name in NETWORKS else QUICK
    if spans:
        yield Row(f"{name}: setting to new picture", statistics.median(spans), "ms", limit)


def heap(page):
    """Return the megabytes of JavaScript's heap, garbage collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def run_again(page, runs=RUNS):
    """Return megabytes of the page's heap that `runs` runs of the cell leave behind."""
    before = heap(page)
    for _ in range(runs):
        page.click(".jp-CodeCell .jp-InputArea-editor")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(200)
        page.wait_for_selector(".mlp .track")
    page.wait_for_timeout(3000)
    return heap(page) - before


def main(names):
    known = default_dashboards()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = home / "notebooks"
        folder.mkdir()
        lab = stack.enter_context(real_lab.serve(home, folder))
        browser = stack.enter_context(real_lab.launch())
        for name in names or known:
            page = open_notebook(browser, lab, folder, name, source(name), ".mlp .track")
            for row in rows(page, name):
                print(row, flush=True)
            page.evaluate(TOOLS)
            if name in ("adam", "race"):
                history = sum(map(len, known[name]().core.history()[1])) / 1e6
                kept = run_again(page)
                print(Row(f"{name}: page keeps of {RUNS} runs", kept, "MB", history), flush=True)
            page.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
