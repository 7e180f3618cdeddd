"""Measure the site in a real Chromium that reaches no other host, and print a table.

    python tests/benchmarks/site.py

Medians of five. Beside each wall time stand the seconds of CPU that the browser took for it: on a
busy computer they say more.
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import real_lab
from benchmarks.engine import Row
from lite_notebook import open_notebook, run_all
from pyodide_release import release
from site_folder import serve, served_bytes, write_site

TIMES = 5
FIRST = """
new MutationObserver((_, watch) => {
  if (!document.querySelector(".mlp .place")) return;
  watch.disconnect();
  const painted = () => { window.playable = performance.now(); };
  requestAnimationFrame(() => requestAnimationFrame(painted));
}).observe(document, { childList: true, subtree: true });
"""
# Move a slider, and take the time until what the cell shows has changed.
SLIDE = """
async ([cell, control, value, shown]) => {
  const place = document.getElementById(cell);
  const text = () => place.querySelector(shown).innerText;
  const slider = place.querySelector(`input[type=range][data-control="${control}"]`);
  const before = text(), start = performance.now();
  slider.value = value;
  for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
  while (text() === before) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}
"""
# What had come before the first dashboard could be played.
BEFORE = """
performance.getEntries()
  .filter((one) => one.transferSize && one.responseEnd <= window.playable)
  .reduce((sum, one) => sum + one.transferSize, 0)
"""
AWAKE = "document.documentElement.dataset.python === 'awake'"


def family():
    """Return the process ids of the browser; the one that drives it is none of them."""
    return {pid for pid in descendants() if program(pid).startswith("chrom")}


def program(pid):
    """Return the name of the file that a process runs; "" of one that has ended."""
    try:
        return Path(f"/proc/{pid}/exe").resolve(strict=True).name
    except OSError:
        return ""


def descendants():
    """Return the ids of all processes that this one has started, and theirs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # has just ended
        parents[int(stat.parent.name)] = int(fields[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def cpu_seconds():
    """Return the CPU seconds that the browser has taken so far."""
    total = 0
    for pid in family():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def mebibytes():
    """Return the browser's memory; what processes share is counted once (PSS)."""
    total = 0
    for pid in family():
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


class Measured:
    """What an action took: wall seconds, CPU seconds, bytes that the server sent."""

    def __init__(self):
        self.wall, self.cpu, self.sent = [], [], []

    def take(self, action):
        start, cpu, sent = time.perf_counter(), cpu_seconds(), served_bytes()
        told = action()
        self.wall.append(time.perf_counter() - start if told is None else told)
        self.cpu.append(cpu_seconds() - cpu)
        self.sent.append(served_bytes() - sent)

    def rows(self, name, seconds, megabytes=None):
        wall, cpu, sent = map(statistics.median, (self.wall, self.cpu, self.sent))
        rows = [
            Row(f"{name}, wall", wall, "s", seconds),
            Row(f"{name}, CPU", cpu, "s", float("inf")),
        ]
        if megabytes is not None:
            rows.append(Row(f"{name}, sent", sent / 1e6, "MB", megabytes))
        return rows


def opened(page, address):
    page.goto(address)
    page.wait_for_function("window.playable", timeout=real_lab.PATIENCE * 1000)
    return page.evaluate("window.playable") / 1000


def touched(page):
    """Move a slider of a page that sleeps; return the seconds to the new picture."""
    page.locator("#cell-06 .mlp").wait_for()
    return page.evaluate(SLIDE, ["cell-06", "steady.alpha", -1, ".table"]) / 1000


def stopped(page):
    """Start an endless loop, stop it; return the seconds until Python is awake again."""
    code = page.locator("#cell-09")
    if code.get_by_role("button", name="Edit").is_visible():
        code.get_by_role("button", name="Edit").click()
    code.locator("textarea").fill("while True:\n    pass")
    code.locator("textarea").press("Control+Enter")
    page.get_by_role("button", name="Stop").wait_for()
    start = time.perf_counter()
    page.get_by_role("button", name="Stop").click()
    page.wait_for_function(AWAKE, timeout=real_lab.PATIENCE * 1000)
    return time.perf_counter() - start


def first_page(browser, address):
    """Return the rows of lecture 1: opened, woken cold and warm, stopped, and its memory.

    After Stop and a reload the browser still keeps what it has not yet cleared of the two before.
    """
    open_, cold, warm, stop = (Measured() for _ in range(4))
    awake, again = [], []
    for _ in range(TIMES):
        page = real_lab.new_page(browser, viewport={"width": 1171, "height": 647})
        page.add_init_script(FIRST)
        open_.take(lambda page=page: opened(page, f"{address}/01_minibatch_momentum.html"))
        open_.sent[-1] = page.evaluate(BEFORE)
        page.wait_for_timeout(3000)  # the other dashboards come meanwhile
        cold.take(lambda page=page: touched(page))
        awake.append(mebibytes())
        stop.take(lambda page=page: stopped(page))
        page.reload()
        page.wait_for_timeout(3000)
        warm.take(lambda page=page: touched(page))
        again.append(mebibytes())
        page.context.close()
    return [
        *open_.rows("open to first playable dashboard", 0.5, 0.15),
        *cold.rows("first touch to new picture, cold", 4, 12),
        *warm.rows("first touch to new picture, warm", 2.5, 0),
        *stop.rows("after Stop, live again", 2.5),
        Row("memory of the browser, awake", statistics.median(awake), "MiB", 650),
        Row("the same after Stop and a reload", statistics.median(again), "MiB", float("inf")),
    ]


def live_slider(browser, address, what, slide, limit):
    """Return the row of a slider on a page that is awake."""
    lecture, cell, control, values, shown = slide
    page = real_lab.new_page(browser, viewport={"width": 1171, "height": 647})
    page.goto(f"{address}/{lecture}.html")
    page.locator(f"#{cell} .mlp").wait_for()
    took = [page.evaluate(SLIDE, [cell, control, value, shown]) for value in values]
    page.context.close()
    return [Row(f"awake: slider to picture, {what}", statistics.median(took[1:]), "ms", limit)]


def lecture_as_a_notebook(browser, address):
    """Return the rows of lecture 1 in JupyterLite: opened, and all cells run."""
    cold = Measured()
    for _ in range(TIMES):
        page = real_lab.new_page(browser)
        cold.take(lambda page=page: read_and_run(page, address))
        page.context.close()
    return cold.rows("JupyterLite: lecture 01, all cells, cold", 20, 30)


def read_and_run(page, address):
    open_notebook(page, address, "01_minibatch_momentum.ipynb")
    run_all(page)


LOGARITHMS = [-2.5 + i / 10 for i in range(7)]
SHARES = [0.2 + i / 10 for i in range(7)]
MOMENTUM = ("01_minibatch_momentum", "cell-06", "steady.alpha", LOGARITHMS, ".table")
ADAM = ("02_adaptive_optimizers", "cell-05", "beta1", SHARES, ".ledger")


def main():
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        done = write_site(home / "site", "--pyodide", str(release()))
        if done.returncode:
            sys.exit(done.stderr)
        size = sum(path.stat().st_size for path in (home / "site").rglob("*"))
        print(Row("the whole site", size / 1e6, "MB", 90))
        address = stack.enter_context(serve(home / "site"))
        browser = stack.enter_context(real_lab.launch())
        rows = first_page(browser, address)
        rows += live_slider(browser, address, "a landscape", MOMENTUM, 100)
        rows += live_slider(browser, address, "a network", ADAM, 300)
        rows += lecture_as_a_notebook(browser, address)
        print(*rows, sep="\n", flush=True)


if __name__ == "__main__":
    main()
