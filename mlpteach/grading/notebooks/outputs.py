"""Turn what the sandbox says a cell showed into outputs that are safe to open on any page."""

import base64
import binascii
import re

from nbformat import from_dict
from nbgrader.utils import is_grade

MOST_TEXT = 100_000
MOST_IMAGE = 2_000_000
MOST_OUTPUTS = 50 + 3  # a test's error, value and warning come after all others
MOST_OF_A_NOTEBOOK = 20_000_000  # characters of all outputs and pasted pictures together
_LEFT_OUT = "(left out: this notebook shows more than can be kept)\n"
_STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def new_output(kind, **content):
    """Return an output as nbformat's function of that name does, but unvalidated.

    The notebook is validated as a whole, which takes a tenth of the time.
    """
    more = {"execute_result": {"metadata": {}, "execution_count": None}}
    more["display_data"] = {"metadata": {}}
    return from_dict({"output_type": kind} | more.get(kind, {}) | content)


def clean(outputs):
    """Return notebook outputs with text and pictures only.

    Parameters
    ----------
    outputs : object
        From the student's process: anything at all.
    """
    kept = []
    for output in (outputs if isinstance(outputs, list) else [])[:MOST_OUTPUTS]:
        node = _clean_one(output) if isinstance(output, dict) else None
        if node is not None:
            kept.append(node)
    return kept


def limit_size(notebook):
    """Leave out what is too much for one notebook; what tests showed comes first.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With outputs that are clean; changed in place.
    """
    left = MOST_OF_A_NOTEBOOK
    for cell in sorted(notebook.cells, key=lambda cell: not is_grade(cell)):
        left -= _limit_outputs(cell, left)
        left -= _limit_attachments(cell, left)


def _limit_outputs(cell, left):
    """Keep a cell's outputs as far as there is room; return the size of what stays."""
    kept, used = [], 0
    for output in cell.get("outputs", ()):
        if used + _size(output) > left:
            cell.outputs = [*kept, new_output("stream", name="stderr", text=_LEFT_OUT)]
            break
        kept.append(output)
        used += _size(output)
    return used


def _limit_attachments(cell, left):
    """Keep a cell's pasted pictures if they are small enough; return their size."""
    size = _size(cell.get("attachments", {}))
    if size <= left:
        return size
    del cell["attachments"]
    cell.source = re.sub(r"!\[[^\]\n]*\]\(attachment:\w+\)", _LEFT_OUT.strip(), cell.source)
    return 0


def _size(value):
    """Return the characters of all texts in plain data."""
    if isinstance(value, str):
        return len(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(_size, parts))


def _clean_one(output):
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        lines = lines if isinstance(lines, list) else []
        return new_output(
            "error",
            ename=_text(output.get("ename"), 200),
            evalue=_text(output.get("evalue"), 2000),
            traceback=[_text(line, 5000) for line in lines[:100]],
        )
    if kind in ("execute_result", "display_data"):
        data = _clean_data(output.get("data"))
        return new_output(kind, data=data) if data else None
    return None


def _clean_data(data):
    kept = {}
    for kind, value in (data if isinstance(data, dict) else {}).items():
        if kind == "text/plain":
            kept[kind] = _text(value)
        elif kind in _STARTS and isinstance(value, str) and len(value) <= MOST_IMAGE:
            try:
                picture = base64.b64decode(value, validate=False)
            except (binascii.Error, ValueError):
                continue
            if picture.startswith(_STARTS[kind]):
                kept[kind] = base64.b64encode(picture).decode()
    return kept


def _text(value, most=MOST_TEXT):
    if not isinstance(value, str):
        return ""
    text = value[:most].encode("utf-8", "replace").decode()
    # Colours stay; other control characters could not be written, or would move the cursor.
    return re.sub(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]", "", text)
