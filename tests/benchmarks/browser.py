"""Measure the dashboards in a real Chromium in a real JupyterLab, and print a table.

    python tests/benchmarks/browser.py

Everything is measured in one run, also the way without dashboards: an ipywidgets slider that
redraws the same four panels as an inline matplotlib figure.
"""

import inspect
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import real_lab
from benchmarks.engine import Row

import mlpteach as mt

RACE = "import mlpteach as mt\nrace = mt.dashboards.race()\nrace"
DIGITS = "import mlpteach as mt\nmt.dashboards.adam(epochs=20)"
INLINE = """
%matplotlib inline
from dataclasses import replace
import ipywidgets
import mlpteach as mt
from mlpteach.views import Plot, figure

show = mt.dashboards.race().show
show = replace(show, panels=tuple(panel for panel in show.panels if isinstance(panel, Plot)))
assert len(show.panels) == 4

@ipywidgets.interact(k=ipywidgets.IntSlider(1, 1, show.steps))
def draw(k):
    return figure(show, k, columns=2)
"""

# Times are taken inside the page. `painted` ends when the frame with the change has been painted.
TOOLS = """
window.bench = {
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
  painted: () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(null);
  })),
  until: async (test) => {
    const end = performance.now() + 30000;
    while (!test()) {
      if (performance.now() > end) throw new Error("waited 30 s in vain");
      await new Promise((done) => requestAnimationFrame(done));
    }
    return bench.painted();
  },
  input: (slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  },
  shown: () => document.querySelector("[data-shown=k]").textContent,
};
"""

SLIDE = """async (places) => {
  const slider = document.querySelector(".mlp .slider"), drawn = [], painted = [];
  for (const k of places) {
    await bench.pause(40 + 40 * Math.random());
    const start = performance.now();
    bench.input(slider, k);
    drawn.push(performance.now() - start);
    painted.push(await bench.painted() - start);
    if (bench.shown() !== String(k)) throw new Error(`shows ${bench.shown()}, not ${k}`);
  }
  return [drawn, painted]; }"""

SLIDE_INLINE = """async (count) => {
  const seconds = [], image = () => document.querySelector(".jp-OutputArea img");
  const handle = document.querySelector(".noUi-handle");
  for (let i = 0; i < count; i++) {
    await bench.pause(300);
    const before = image().src, start = performance.now();
    handle.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
    seconds.push(await bench.until(() => image()?.complete && image().src !== before) - start);
  }
  return seconds; }"""

PLAY = """async (seconds) => {
  const times = [];
  let last = bench.shown();
  const start = performance.now();
  while (performance.now() - start < 1000 * seconds) {
    const now = await new Promise((done) => requestAnimationFrame(done));
    if (bench.shown() !== last) times.push(now);
    last = bench.shown();
  }
  return 1000 * (times.length - 1) / (times.at(-1) - times[0]); }"""

WATCH = """() => {
  bench.stopped = bench.changed = 0;
  document.querySelector("[data-action=play]").addEventListener(
    "click", (event) => { bench.stopped = event.timeStamp; }, {capture: true, once: true});
  new MutationObserver(() => { bench.changed = performance.now(); }).observe(
    document.querySelector(".mlp .place .numbers"), {childList: true, subtree: true}); }"""

RETUNE = """async ([control, shown, values]) => {
  const milliseconds = [], slider = document.querySelector(`[data-control="${control}"]`);
  const number = () => document.querySelector(shown).dataset.value;
  for (const value of values) {
    await bench.pause(300);
    const before = number(), start = performance.now();
    bench.input(slider, value);
    milliseconds.push(await bench.until(() => number() !== before) - start);
  }
  return milliseconds; }"""

DRAG = """async ([control, shown, values]) => {
  const slider = document.querySelector(`[data-control="${control}"]`);
  const node = () => document.querySelector(shown);
  const status = document.querySelector(".mlp .status");
  let start = 0, histories = 0;
  const seen = new MutationObserver(() => { histories += status.textContent ? 1 : 0; });
  seen.observe(status, {childList: true});
  for (const value of values) {
    await bench.pause(1000 / values.length);
    start = performance.now();
    bench.input(slider, value);
  }
  const end = await bench.until(() => !status.textContent);
  const number = Number(node().dataset.value);
  await bench.pause(1500);
  seen.disconnect();
  return [end - start, number, Number(node().dataset.value), histories]; }"""


def percentile(values, share):
    """Return the value that `share` (0 … 1) of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def slider_rows(drawn, painted, inline):
    """Return the rows of the slider: milliseconds to canvas, to the painted frame, and inline."""
    median, slow = statistics.median(painted), statistics.median(inline)
    return [
        Row("four panels redrawn inline, median", slow, "ms", float("inf")),
        Row("slider to canvas drawn, median", statistics.median(drawn), "ms", float("inf")),
        # At most 16 ms, or 40 times faster than inline.
        Row("slider to frame painted, median", median, "ms", max(16.0, slow / 40)),
        Row("slider to frame painted, 95 of 100", percentile(painted, 0.95), "ms", 2 * median),
        Row("slider to frame painted, over inline", slow / median, "times", 0, True),
    ]


def open_notebook(browser, lab, folder, name, source, selector):
    """Return a page on which a notebook of one cell has run as far as `selector`."""
    real_lab.write_notebook(folder / f"{name}.ipynb", source)
    page = real_lab.new_page(browser)
    real_lab.open_and_run(page, lab, f"{name}.ipynb")
    page.wait_for_selector(selector)
    page.wait_for_timeout(2000)
    page.evaluate(TOOLS)
    return page


def slider(page, inline, times=60):
    places = [1 + (37 * i) % 200 for i in range(1, times + 1)]
    drawn, painted = page.evaluate(SLIDE, places)
    return slider_rows(drawn, painted, inline.evaluate(SLIDE_INLINE, max(3, times // 6)))


def play(page, times=5):
    """Return rows: frames a second while it plays, and how long after a click on Stop it draws."""
    page.select_option("select[aria-label='steps a second']", "60")
    rates, delays = [], []
    for _ in range(times):
        page.focus(".mlp .slider")
        page.keyboard.press("Home")
        page.click("[data-action=play]")
        rates.append(page.evaluate(PLAY, 1.5))
        page.evaluate(WATCH)
        page.click("[data-action=play]")
        page.wait_for_timeout(400)
        delays.append(page.evaluate("Math.max(0, bench.changed - bench.stopped)"))
    return [
        Row("frames a second at Play", statistics.median(rates), "/s", 30, True),
        Row("drawn after a click on Stop, longest", max(delays), "ms", 100),
    ]


def new_race(page, times=20):
    """Return rows: a changed hyper-parameter to the new race drawn, and forty changes a second."""
    page.focus(".mlp")
    page.keyboard.press("End")
    page.select_option("select[data-control=tune]", "adam")
    shown = '.table td[data-series="adam (lecture).J"]'
    values = [-2 + i / times for i in range(times)]
    milliseconds = page.evaluate(RETUNE, ["adam.eta", shown, values])
    dragged = [-2 + 1.2 * i / 39 for i in range(40)]
    wait, first, later, histories = page.evaluate(DRAG, ["adam.eta", shown, dragged])
    expected = _last_cost(dragged[-1])
    if not first == later == expected:
        raise AssertionError(f"40 changes end at {first}, then {later}; the last is {expected}")
    return [
        Row("hyper-parameter to new race drawn, median",
            statistics.median(milliseconds), "ms", 150),
        Row("hyper-parameter to new race drawn, 95 of 100",
            percentile(milliseconds, 0.95), "ms", float("inf")),
        # One race under way and one more, whatever was asked for between.
        Row("40 changes in a second: last shown, after the last", wait, "ms", 300),
        Row("40 changes in a second: races computed", histories, "", 40),
    ]  # fmt: skip


def _last_cost(log_eta):
    """Return the cost that the race shows at its end for a place of Adam's slider."""
    race = mt.dashboards.race()
    race.configure(**{"adam.eta": float(f"{10**log_eta:.2g}")})
    return race.traces["adam (lecture)"].losses[-1]


def new_digits_run(page, times=9):
    """Return the row of a changed hyper-parameter to the new run over 20 epochs drawn."""
    values = [-2.5 + 0.1 * i for i in range(times)]
    shown = '.mlp [data-shown="loss"]'
    page.focus(".mlp")
    page.keyboard.press("End")
    milliseconds = page.evaluate(RETUNE, ["eta", shown, values])
    median = statistics.median(milliseconds)
    return [Row("hyper-parameter to new digits run drawn, median", median, "ms", 500)]


def saved_pages(folder, dashboards=None):
    """Return a row for each dashboard that needs no argument: the size of its saved page."""
    rows = []
    for name, make in (dashboards or default_dashboards()).items():
        path = make().save_html(folder / f"{name}.html")
        rows.append(Row(f"saved page of {name}", path.stat().st_size / 1e6, "MB", 3))
    return rows


def default_dashboards():
    """Return name -> function of the dashboards that need no argument."""
    made = {name: getattr(mt.dashboards, name) for name in mt.dashboards.__all__}
    return {
        name: make
        for name, make in made.items()
        if not inspect.isclass(make)
        and all(p.default is not p.empty or p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
                for p in inspect.signature(make).parameters.values())
    }  # fmt: skip


def main():
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = home / "notebooks"
        folder.mkdir()
        lab = stack.enter_context(real_lab.serve(home, folder))
        browser = stack.enter_context(real_lab.launch())

        def opened(name, source, selector):
            return open_notebook(browser, lab, folder, name, source, selector)

        race = opened("race", RACE, ".mlp .table td.number")
        inline = opened("inline", INLINE, ".jp-OutputArea img")
        digits = opened("digits", DIGITS, ".mlp .heats canvas")
        tables = [
            lambda: slider(race, inline),
            lambda: play(race),
            lambda: new_race(race),
            lambda: new_digits_run(digits),
            lambda: saved_pages(home),
        ]
        for table in tables:
            for row in table():
                print(row, flush=True)


if __name__ == "__main__":
    main()
