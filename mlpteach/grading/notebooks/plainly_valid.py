"""See at a glance that a notebook is valid, as nearly all are: the schema itself takes long."""

import re

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CELL = {"id", "cell_type", "metadata", "source"}
_CODE = _CELL | {"outputs", "execution_count"}
_KEYS = {"raw": _CELL, "markdown": _CELL, "code": _CODE}
# What the schema has rules for; all else may be anything.
_RULED = {"collapsed", "execution", "format", "jupyter", "name", "scrolled", "tags"}
_NOTEBOOK = {"cells", "metadata", "nbformat", "nbformat_minor"}
_DATA = {"output_type", "data", "metadata"}


def is_plainly_valid(notebook):
    """Whether a notebook of version 4.5 holds nothing that its schema could object to.

    Where it does not, the schema decides.

    Parameters
    ----------
    notebook : dict
    """
    cells = notebook.get("cells", ())
    return (
        notebook.keys() == _NOTEBOOK
        and (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
        and _is_usual(notebook["metadata"])
        and all(map(_is_cell, cells))
        and len({cell["id"] for cell in cells}) == len(cells)
    )


def _is_usual(metadata):
    """Whether the metadata of a notebook name its kernel and language as usual."""
    kernel = metadata.get("kernelspec", {"name": "", "display_name": ""})
    language = metadata.get("language_info", {"name": ""})
    return (
        metadata.keys().isdisjoint(("orig_nbformat", "title", "authors"))
        and _are_texts(kernel)
        and kernel.keys() >= {"name", "display_name"}
        and _are_texts(language)
        and "name" in language
    )


def _is_cell(cell):
    return (
        cell.keys() == _KEYS.get(cell.get("cell_type"))
        and isinstance(cell["id"], str)
        and _ID.fullmatch(cell["id"]) is not None
        and isinstance(cell["source"], str)
        and isinstance(cell["metadata"], dict)
        and cell["metadata"].keys().isdisjoint(_RULED)
        and (cell["cell_type"] != "code" or _is_what_code_shows(cell))
    )


def _is_what_code_shows(cell):
    return (
        cell["execution_count"] is None
        and isinstance(cell["outputs"], list)
        and all(map(_is_output, cell["outputs"]))
    )


def _is_output(output):
    kind = output.get("output_type")
    if kind == "stream":
        return output.keys() == {"output_type", "name", "text"} and _are_texts(output)
    if kind == "error":
        lines = output.get("traceback")
        texts = {name: part for name, part in output.items() if name != "traceback"}
        return (
            output.keys() == {"output_type", "ename", "evalue", "traceback"}
            and _are_texts(texts)
            and isinstance(lines, list)
            and all(isinstance(line, str) for line in lines)
        )
    wanted = _DATA | {"execution_count"} if kind == "execute_result" else _DATA
    return (
        kind in ("execute_result", "display_data")
        and output.keys() == wanted
        and output.get("execution_count") is None
        and output["metadata"] == {}
        and _are_texts(output["data"])
        and not any("json" in name for name in output["data"])
    )


def _are_texts(part):
    return isinstance(part, dict) and all(isinstance(value, str) for value in part.values())
