"""A notebook as plain cells: text to read and code to run."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Attributes
    ----------
    id : str
        Unlike all others of its notebook; an address on the page.
    code : bool
        Whether it is code; else Markdown.
    source : str
    """

    id: str
    code: bool
    source: str


def read_notebook(path: Path) -> list[Cell]:
    """Return the cells of a notebook that a reader sees; raw ones are the speaker's.

    Raises
    ------
    ValueError
        Where the file is no notebook.
    """
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} cannot be read as a notebook: {error!r}.") from error
    return [_cell(cell, i) for i, cell in enumerate(cells) if cell["cell_type"] != "raw"]


def _cell(cell, number):
    source = "".join(cell["source"])
    return Cell(cell.get("id", f"cell-{number}"), cell["cell_type"] == "code", source)
