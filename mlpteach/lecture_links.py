"""A dashboard's state as a link: which cell of which lecture shows it.

The state is tried on the dashboards of the lectures; the cells above them that only prepare
something, such as the data, are run for that, here and now.
"""

import ast
import contextlib
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from mlpteach.player.cells import LINK

JUPYTER_CONFIG = Path(__file__).parent / "jupyter_config"
_DASHBOARD = re.compile(r"\bmt\.dashboards\.(\w+)\(")


class Place(NamedTuple):
    """A cell of a lecture: the notebook's file name and the cell's id."""

    notebook: str
    cell: str


class LinkError(ValueError):
    """What is wrong with a link, and what is allowed."""


def find_place(folder: Path, link: str) -> Place:
    """Return the place of the dashboard that takes a state, in the notebooks of a folder.

    Parameters
    ----------
    folder : Path
    link : str
        Such as ``"race?k=40&landscape=saddle"``, as *Copy link* gives it.

    Raises
    ------
    LinkError
        Where no lecture has such a dashboard, or none takes the state: what is allowed.

    Notes
    -----
    Of several dashboards that take it, the one all of whose controls it names; else the one with
    most runs.
    """
    name = link.partition("?")[0].strip()
    cells = list(_dashboard_cells(folder))
    here = [cell for cell in cells if cell[1] == name]
    if not here:
        known = ", ".join(dict.fromkeys(found for _, found in cells))
        raise LinkError(
            f"no lecture has a dashboard {name!r}; a link starts with one of {known}, and a "
            '"?", such as "race?k=40".'
        )
    return _that_takes(folder, link, [place for place, _ in here])


def _that_takes(folder, link, places):
    fitting, refused = {}, []
    for place in places:
        core = _dashboard(folder, place)
        try:
            core.open_at(link)
        except (TypeError, ValueError) as error:
            refused.append(str(error))
            continue
        names_all = all(f"{control}=" in link for control in core.controls)
        fitting[place] = (names_all, len(core.traces))
    if not fitting:
        raise LinkError(refused[0])
    return max(fitting, key=fitting.get)


def _dashboard_cells(folder: Path) -> Iterator[tuple[Place, str]]:
    """Give place and function of every cell that ends in a dashboard, in the lectures' order."""
    for path in sorted(folder.glob("*.ipynb")):
        for cell in _code_cells(path):
            for function in dict.fromkeys(_DASHBOARD.findall(_source(cell))):
                yield Place(path.name, cell["id"]), function


def _code_cells(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _source(cell):
    return "".join(cell["source"])


def _dashboard(folder: Path, place: Place) -> Any:
    """Return the core of the dashboard that a cell makes."""
    names: dict[str, Any] = {}
    for cell in _code_cells(folder / place.notebook):
        source = _source(cell)
        if cell["id"] == place.cell:
            return _run(source, names).core
        if not _DASHBOARD.search(source) and "mt.quiz" not in source:
            _run(source, names)
    raise LookupError(place)


def _run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell without its output; return its last line's value."""
    *lines, last = ast.parse(source).body
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(ast.Module(lines, []), "<lecture>", "exec"), names)
        if isinstance(last, ast.Expr):
            return eval(compile(ast.Expression(last.value), "<lecture>", "eval"), names)
        exec(compile(ast.Module([last], []), "<lecture>", "exec"), names)
    return None


def write_extension(folder: Path, cell: str) -> Path:
    """Write an extension for JupyterLab that runs the notebook it opens down to a cell.

    Its address says which cell: a query of the page's own would be lost beside the server's token.
    """
    script = (JUPYTER_CONFIG / "run_down_to.js").read_text("utf-8")
    build = {"load": f"static/run_down_to.js?cell={quote(cell)}", "extension": "./extension"}
    described = {"name": "mlpteach-link", "version": "1", "jupyterlab": {"_build": build}}
    static = folder / "mlpteach-link" / "static"
    static.mkdir(parents=True)
    (static / "run_down_to.js").write_text(script, "utf-8")
    (static.parent / "package.json").write_text(json.dumps(described), "utf-8")
    return folder


def pass_on(place: Place, link: str) -> None:
    """Let the kernels that are started from here open a cell's dashboard in the link's state."""
    os.environ[LINK] = f"{place.cell} {link}"
