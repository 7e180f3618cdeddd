"""The site's notebooks: to run in the browser where there is a Python, to download where not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpteach.site import jupyterlite, notebook_python
from mlpteach.site.compiled import can_compile, compile_modules
from mlpteach.site.file_names import named_by_content
from mlpteach.site.page_source import KERNEL, NOTEBOOK
from mlpteach.site.problem_sets import ProblemSet, download_address
from mlpteach.site.pyodide import AT_ONCE, FOR_NOTEBOOKS, ON_DEMAND


@dataclass(frozen=True)
class Notebooks:
    """The notebooks that a site offers.

    Attributes
    ----------
    lectures : dict of str to bytes
        By their files' names.
    problem_sets : list of ProblemSet
    """

    lectures: dict[str, bytes]
    problem_sets: list[ProblemSet]

    def downloads(self) -> dict[str, bytes]:
        """Return the problem sets as files to download: address -> content."""
        return {download_address(one.name): one.content for one in self.problem_sets}

    def files(self) -> dict[str, bytes]:
        """Return all: the file's name -> content."""
        return self.lectures | {one.name: one.content for one in self.problem_sets}


def check_installed() -> None:
    """Raise NotInstalled where something is missing; before any work."""
    jupyterlite.check_installed()
    notebook_python.package_names()


def notebook_files(notebooks: Notebooks, python: dict[str, Any], pyodide: Path) -> dict[str, bytes]:
    """Return JupyterLite with all notebooks: address -> content.

    Parameters
    ----------
    notebooks : Notebooks
    python : dict
        What a page's worker loads; its "folder" and "sources" are used here, too.
    pyodide : Path
        The unpacked release, in which modules are compiled where there is a Node.

    Raises
    ------
    mlpteach.site.installed.NotInstalled
    """
    modules = notebook_python.modules_archive()
    if can_compile():
        modules = compile_modules(pyodide, modules)
    kernel, page = KERNEL.encode(), NOTEBOOK.encode()
    where = jupyterlite.Python(
        start=named_by_content("kernel.mjs", kernel),
        page=named_by_content("notebook.js", page),
        pyodide=f"../{python['folder']}/",
        sources=f"../{python['sources']}",
        modules=named_by_content("modules.zip", modules),
        packages=(*AT_ONCE, *ON_DEMAND, *FOR_NOTEBOOKS),
    )
    files = jupyterlite.jupyterlite_files(notebooks.files(), where)
    files |= {where.start: kernel, where.page: page, where.modules: modules}
    return {f"{jupyterlite.FOLDER}/{name}": content for name, content in files.items()}


def notebook_licences() -> dict[str, str]:
    """Return the licences of all that notebooks in the browser need, by name."""
    return {**jupyterlite.licences(), **notebook_python.licences()}
