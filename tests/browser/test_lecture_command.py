"""What a reader sees who types ``mlpteach lecture`` for the first time."""

import re
import subprocess
import sys
import time
from contextlib import contextmanager

import real_lab
from people import environment_at


@contextmanager
def lecture(name, folder):
    """Run ``mlpteach lecture name`` and give the address that JupyterLab has written."""
    log = folder / "log"
    command = [sys.executable, "-m", "mlpteach.cli", "lecture", name, "--no-browser", "--port=0"]
    with open(log, "w") as written:
        server = subprocess.Popen(
            [*command, f"--directory={folder / 'lectures'}"],
            stdout=written, stderr=written, env=environment_at(folder),
        )  # fmt: skip
    try:
        yield _address(log)
    finally:
        real_lab.stop(server)


def test_lecture_opens_with_the_file_browser_closed(page, tmp_path):
    with lecture("5", tmp_path) as address:
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_selector("#filebrowser", state="hidden")
        page.wait_for_function(
            "document.querySelector('.jp-Notebook').innerText.includes('No panacea')"
        )
        notebook = page.locator(".jp-Notebook")
        assert notebook.bounding_box()["width"] > 1171  # of 1366, on a projector


def test_link_opens_its_dashboard_in_its_state_and_in_view(page, tmp_path):
    with lecture("cost_lab?k=22&eta=3", tmp_path) as address:
        page.goto(address)
        dashboard = page.locator(".mlp", has_text="One network, two costs").first
        dashboard.wait_for(timeout=1000 * real_lab.PATIENCE)
        assert dashboard.locator("[data-shown=k]").text_content() == "22"
        assert dashboard.locator("[data-number=eta]").input_value() == "3"
        page.wait_for_function(
            """() => {
                const boxes = [...document.querySelectorAll(".mlp")].map(
                    (node) => node.getBoundingClientRect());
                return boxes.some(({ top, height }) => height && top > 0 && top < innerHeight / 2);
            }""",
            timeout=1000 * real_lab.PATIENCE,
        )


def _address(log):
    """Return the address that JupyterLab has written, once it listens."""
    end = time.monotonic() + real_lab.PATIENCE
    while time.monotonic() < end:
        found = re.search(r"http://127\S+token=\w+", log.read_text())
        if found:
            return found[0]
        time.sleep(0.5)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
