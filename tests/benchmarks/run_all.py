"""Measure from Run All to all dashboards painted, each lecture in a real JupyterLab.

    python tests/benchmarks/run_all.py [LECTURE ...]

LECTURE is the start of a notebook's name, such as 02. When it is run, the kernel is idle and has
imported nothing. Besides stands what the kernel's processor took of the time: on a busy machine
only that says something.
"""

import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil
import real_lab
from benchmarks.engine import Row

SECONDS = 8
IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
# No cell runs or waits, the last has run, and every dashboard has its picture.
PAINTED = """() => {
  const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")];
  const done = prompts.filter((prompt) => /\\d/.test(prompt.textContent));
  const shown = [...document.querySelectorAll(".mlp")];
  return done.length === prompts.length && shown.length > 0 &&
    shown.every((one) => one.querySelector(".track"));
}"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def processor_seconds():
    """Return what the kernels that this process's server has started have taken so far."""
    below = psutil.Process().children(recursive=True)
    kernels = [one for one in below if any("ipykernel" in word for word in one.cmdline())]
    return sum(sum(one.cpu_times()[:2]) for one in kernels)


def run_all(page):
    """Run all cells of a notebook that is open; return (seconds, processor's, dashboards)."""
    before, start = processor_seconds(), time.perf_counter()
    page.click("text=Run >> nth=0")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
    page.wait_for_function(PAINTED, timeout=10 * 60_000)
    page.evaluate(TWO_FRAMES)
    took = time.perf_counter() - start
    return took, processor_seconds() - before, page.locator(".mlp").count()


def open_lecture(browser, lab, name):
    """Return a page with a notebook whose kernel waits."""
    page = real_lab.new_page(browser)
    page.goto(f"{lab}/lab/tree/{name}?reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator(IDLE).wait_for(state="attached")
    page.wait_for_timeout(3000)
    return page


def main(starts):
    names = sorted(path.name for path in (real_lab.ROOT / "lectures").glob("*.ipynb"))
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = shutil.copytree(real_lab.ROOT / "lectures", home / "lectures")
        lab = stack.enter_context(real_lab.serve(home, folder))
        browser = stack.enter_context(real_lab.launch())
        for name in names:
            if starts and not name.startswith(tuple(starts)):
                continue
            page = open_lecture(browser, lab, name)
            took, processor, count = run_all(page)
            print(Row(f"{name[:2]}: Run All to {count} dashboards painted", took, "s", SECONDS))
            print(Row(f"{name[:2]}: of it the kernel's processor", processor, "s", SECONDS))
            page.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
