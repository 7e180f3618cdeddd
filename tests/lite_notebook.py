"""A notebook of the site's JupyterLite, as a reader uses it in a browser."""

import real_lab

from mlpteach.site.jupyterlite import notebook_address

# A cell that has run has a number; those that run or wait have a star.
RUN = """() => {
  const counts = [...document.querySelectorAll(".jp-CodeCell")]
    .map((cell) => cell.querySelector(".jp-InputPrompt").innerText);
  return counts.length > 0 && counts.every((one) => /\\[\\d+\\]/.test(one));
}"""


def open_notebook(page, address, name):
    """Open a notebook of the site at `address`; return when it can be read."""
    page.goto(f"{address}/{notebook_address(name)}")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()


def run_all(page):
    """Run all cells, and wait for the last."""
    real_lab.run_all(page)
    page.wait_for_function(RUN, timeout=3 * real_lab.PATIENCE * 1000)


def cell_with(page, text):
    """Return the code cell whose code contains a text."""
    return page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first
