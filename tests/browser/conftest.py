"""One JupyterLab and one Chromium for all browser tests."""

import os
import shutil

import pytest
import real_firefox
import real_lab
from real_lab import open_and_run

from .lectured_dashboards import LECTURED

__all__ = ["open_and_run"]

REQUIRED = os.environ.get("MLPTEACH_REQUIRE_BROWSER") == "1"
FIREFOX_REQUIRED = os.environ.get("MLPTEACH_REQUIRE_FIREFOX") == "1"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Folder that JupyterLab serves: a copy of the lectures; a test may write notebooks into it."""
    return shutil.copytree(real_lab.ROOT / "lectures", tmp_path_factory.mktemp("lab") / "lectures")


@pytest.fixture(scope="session")
def lab(folder):
    """Address of a JupyterLab that serves `folder`."""
    with real_lab.serve(folder.parent, folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, Debian's, driven by Playwright."""
    if real_lab.CHROMIUM is None:
        message = "no chromium found (on Debian: apt-get install chromium)"
        pytest.fail(message) if REQUIRED else pytest.skip(message)
    with real_lab.launch() as launched:
        yield launched


@pytest.fixture
def page(browser):
    """A page of a lecture room's projector."""
    page = real_lab.new_page(browser)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def open_lecture(browser, lab):
    """Open and run a notebook where JupyterLab has its room: ``open_lecture(notebook)``."""
    pages = []

    def open_one(notebook):
        page = real_lab.new_page(browser, viewport=real_lab.ROOM)
        page.set_default_timeout(120_000)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        pages.append(page)
        open_and_run(page, lab, notebook)
        return page

    yield open_one
    errors = [page.errors for page in pages]
    for page in pages:
        page.context.close()
    assert errors == [[] for _ in pages]


@pytest.fixture(scope="session")
def firefox():
    """The tab of a headless Firefox, Debian's."""
    if real_firefox.FIREFOX is None:
        message = "no firefox found (on Debian: apt-get install firefox-esr)"
        pytest.fail(message) if FIREFOX_REQUIRED else pytest.skip(message)
    with real_firefox.launch() as tab:
        yield tab


@pytest.fixture(scope="session")
def lectured_page(tmp_path_factory):
    """Function from a name in LECTURED to the address of that dashboard, saved once."""
    folder = tmp_path_factory.mktemp("pages")

    def address(name):
        path = folder / f"{name}.html"
        if not path.exists():
            LECTURED[name]().save_html(path)
        return path.as_uri()

    return address
