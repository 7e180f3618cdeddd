"""What a reader sees who types ``mlpteach lecture`` for the first time."""

import re
import subprocess
import sys
import time

import real_lab
from people import environment_at


def test_lecture_opens_with_the_file_browser_closed(page, tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, "-m", "mlpteach.cli", "lecture", "5", "--no-browser", "--port=0"]
    with open(log, "w") as written:
        server = subprocess.Popen(
            [*command, f"--directory={tmp_path / 'lectures'}"],
            stdout=written, stderr=written, env=environment_at(tmp_path),
        )  # fmt: skip
    try:
        page.goto(_address(log))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_selector("#filebrowser", state="hidden")
        page.wait_for_function(
            "document.querySelector('.jp-Notebook').innerText.includes('No panacea')"
        )
        notebook = page.locator(".jp-Notebook")
        assert notebook.bounding_box()["width"] > 1171  # of 1366, on a projector
    finally:
        real_lab.stop(server)


def _address(log):
    """Return the address that JupyterLab has written, once it listens."""
    end = time.monotonic() + real_lab.PATIENCE
    while time.monotonic() < end:
        found = re.search(r"http://127\S+token=\w+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.5)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
