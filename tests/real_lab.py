"""A real JupyterLab (or Notebook 7, or Voila) and a real Chromium, for tests and benchmarks."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
from people import environment_at

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# A loaded machine starts JupyterLab in a minute and a kernel in half of one.
PATIENCE = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(home, folder, program="jupyterlab"):
    """Serve `folder` by a program that is started there and keeps its own files in `home`.

    Parameters
    ----------
    home, folder : Path
    program : {"jupyterlab", "notebook", "voila"}
    """
    port = free_port()
    environment = {
        **environment_at(home),
        "JUPYTER_CONFIG_PATH": str(ROOT / "mlpteach" / "jupyter_config"),
    }
    command = [sys.executable, "-m", program, "--no-browser", f"--port={port}"]
    if program == "voila":
        command += ["--Voila.ip=127.0.0.1", "--port_retries=0", str(folder)]
    else:
        command += [
            "--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0",
            "--IdentityProvider.token=", "--ServerApp.password=", f"--ServerApp.root_dir={folder}",
        ]  # fmt: skip
    log_file = home / f"{program}.log"
    with open(log_file, "w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + ("/" if program == "voila" else "/api/status"), server, log_file)
        yield address
    finally:
        stop(server)


def stop(server):
    """End a server, also one that waits for a kernel that is only starting."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _wait_for(url, server, log):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def launch():
    """Start a headless Chromium, Debian's, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


# A projector of 1366 pixels shows a notebook alone: here the file browser stands beside it.
ROOM = {"width": 1700, "height": 768}


def open_more(page, within=".mlp"):
    """Open what a dashboard has behind "⋯", where it is not open."""
    if page.locator(f"{within} [data-action=more]").get_attribute("aria-expanded") == "false":
        page.click(f"{within} [data-action=more]")


def new_page(browser, **options):
    """Open a page of a lecture room's projector."""
    context = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options})
    context.set_default_timeout(PATIENCE * 1000)
    return context.new_page()


def write_notebook(path, *cells):
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def open_and_run(page, lab, notebook, view="lab/tree"):
    """Open a notebook in JupyterLab (or Notebook 7, whose view is "notebooks") and run its cells.

    The first Shift+Enter after a start may be lost, so running is tried again until a cell has
    been counted. Where a dialog of JupyterLab stands before the notebook, as it did once beside
    other servers that were starting, the notebook is opened again.
    """
    for _ in range(3):
        page.goto(f"{lab}/{view}/{notebook}?reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
        page.wait_for_selector(f"{idle}, .jp-Dialog", state="attached")
        if _starts_running(page):
            return
    raise RuntimeError(f"the notebook did not start running: {_dialog(page)}")


def _starts_running(page):
    """Run all cells, again until one was counted; return False where a dialog stands before it."""
    for _ in range(10):
        if _dialog(page):
            return False
        try:
            page.click(".jp-Notebook .jp-Cell:first-child", timeout=15_000)
            page.keyboard.press("Escape")
            page.evaluate("document.querySelector('.jp-Notebook').focus()")
            run_all(page)
            page.wait_for_selector(
                ".jp-InputPrompt:text-matches('\\\\[[\\\\d*]+\\\\]')", timeout=15_000
            )
            return True
        except Exception:
            continue
    return False


def _dialog(page):
    """What a dialog of JupyterLab says, "" without one."""
    return " ".join(page.locator(".jp-Dialog").all_inner_texts())


def run_all(page):
    page.click("text=Run >> nth=0")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
