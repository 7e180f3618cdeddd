"""Read a notebook as it was handed in: broken, huge, of another format, or no notebook at all."""

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 50 << 20
_MOST_CELLS = 1000
_MOST_SOURCE = 1 << 20
# Characters: of all written texts, of one, and of one where there are so many.
_MOST_WRITTEN, _LONG, _SHORT = 200_000, 20_000, 1_000
_MOST_VALUES = 5_000_000  # lists, objects and what they hold: some 64 bytes each
MOST_FILES, MOST_FILE_BYTES = 200, 32 << 20


@dataclass
class Cell:
    """One cell as handed in: nothing but its kind, its text and what it claims to be."""

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    attachments: dict = field(default_factory=dict)
    laid_out: bool = True  # or shown as plain text, because there is too much of it


@dataclass
class Handed:
    """What was handed in.

    Attributes
    ----------
    cells : list of Cell
    trouble : str
        Why it cannot be read at all, and what to do; "" where it can.
    notes : list of str
        What was mended.
    """

    cells: list
    trouble: str = ""
    notes: list = field(default_factory=list)


def read(path):
    """Read the notebook at `path`; never raises for what stands in it.

    Returns
    -------
    Handed
    """
    return read_bytes(*read_whole(path))


def read_whole(path):
    """Return the bytes of a file that was handed in, and why it cannot be read, "" where it can."""
    try:
        return read_regular_file(path, MOST_BYTES), ""
    except OSError as error:
        return b"", str(error)


def read_bytes(data, unreadable=""):
    """Read a notebook's bytes; never raises for what stands in them.

    Parameters
    ----------
    data : bytes
    unreadable : str
        Why the file itself could not be read.

    Returns
    -------
    Handed
    """
    if unreadable:
        return Handed([], f"cannot be read: {unreadable}")
    if not data.strip():
        return Handed([], "is empty: it must be handed in again")
    try:
        content = _parse(data)
    except (ValueError, RecursionError) as error:
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return Handed([], f"is no notebook ({said}): it must be handed in again")
    return _read_cells(content)


def read_regular_file(path, most):
    """Return the bytes of a file that is neither a link nor a device nor larger than `most`."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise OSError("not a file")
    with open(fd, "rb") as file:
        if status.st_size > most:
            raise OSError(f"{status.st_size >> 20} MB are too many; clear the outputs first")
        return file.read(most)


def _parse(data):
    """Return the JSON of a file; editors write it in several encodings."""
    if sum(data.count(mark) for mark in (b"[", b"{", b",")) > _MOST_VALUES:
        raise ValueError("too many values; clear the outputs first")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    return json.loads(text)


def _read_cells(content):
    if not isinstance(content, dict):
        return Handed([], "is no notebook: it must be handed in again")
    cells, notes = content.get("cells"), []
    if cells is None and isinstance(content.get("worksheets"), list):  # nbformat 3
        sheets = [sheet for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
        notes.append("The notebook was saved in an old format.")
    if not isinstance(cells, list):
        return Handed([], "holds no cells: it must be handed in again")
    if len(cells) > _MOST_CELLS:
        notes.append(f"Only the first {_MOST_CELLS} of its {len(cells)} cells were looked at.")
    read_cells = [_read_cell(cell) for cell in cells[:_MOST_CELLS] if isinstance(cell, dict)]
    _lay_out_what_can_be(read_cells)
    return Handed(read_cells, notes=notes)


def _lay_out_what_can_be(cells):
    """Leave long texts plain: renderers' time grows with the square of some texts' length."""
    texts = [cell for cell in cells if cell.kind != "code"]
    many = sum(len(cell.source) for cell in texts) > _MOST_WRITTEN
    for cell in texts:
        cell.laid_out = len(cell.source) <= (_SHORT if many else _LONG)


def _list(value):
    return value if isinstance(value, list) else []


def _read_cell(cell):
    metadata = cell.get("metadata")
    data = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    data = data if isinstance(data, dict) else {}
    kind = cell.get("cell_type")
    return Cell(
        kind=kind if kind in ("code", "markdown", "raw") else "markdown",
        source=_text(cell.get("source", cell.get("input", ""))),
        id=_short(cell.get("id")),
        grade_id=_short(data.get("grade_id")),
        attachments=_images(cell.get("attachments")),
    )


def _text(source):
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    # What cannot be encoded cannot be written to the gradebook either.
    clean = source[:_MOST_SOURCE].encode("utf-8", "replace").decode()
    return clean.replace("\x00", "").replace("\r\n", "\n")


def _short(value):
    return value if isinstance(value, str) and len(value) <= 100 else ""


# How each begins in base64. An SVG may hold scripts and addresses, so it is none of them.
_PICTURES = {
    "image/png": "iVBORw0KGgo",
    "image/jpeg": "/9j/",
    "image/gif": "R0lGOD",
    "image/webp": "UklGR",
}


def _images(attachments):
    """Keep pictures pasted into a written answer, nothing else."""
    kept = {}
    for name, bundle in (attachments if isinstance(attachments, dict) else {}).items():
        bundle = bundle if isinstance(bundle, dict) else {}
        pictures = {
            kind: data
            for kind, data in bundle.items()
            if kind in _PICTURES and isinstance(data, str) and data.startswith(_PICTURES[kind])
        }
        if pictures:
            kept[str(name)[:200]] = pictures
    return kept


def read_files(folder):
    """Return relative path -> bytes of what lies beside the notebooks; links are left out."""
    files, left = {}, MOST_FILE_BYTES
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            path = Path(directory, name)
            if name.endswith(".ipynb") or name == "timestamp.txt" or len(files) == MOST_FILES:
                continue
            try:
                files[str(path.relative_to(folder))] = read_regular_file(path, left)
            except OSError:
                continue
            left -= len(files[str(path.relative_to(folder))])
    return {name: data for name, data in files.items() if _can_be_written(name)}


def _can_be_written(name):
    try:
        return len(name.encode()) < 200
    except UnicodeEncodeError:
        return False
