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
    notebook : object
        Whatever was read as JSON.
    """
    return (
        _has(notebook, _NOTEBOOK)
        and (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
        and _is_usual(notebook["metadata"])
        and isinstance(notebook["cells"], list)
        and all(map(_is_cell, notebook["cells"]))
        and len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    )


def _has(part, keys):
    """Whether a part is an object with these keys and no others."""
    return isinstance(part, dict) and part.keys() == keys


def _is_usual(metadata):
    """Whether the metadata of a notebook name its kernel and language as usual."""
    if not isinstance(metadata, dict):
        return False
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
        any(_has(cell, keys) and cell["cell_type"] == kind for kind, keys in _KEYS.items())
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
    if not isinstance(output, dict):
        return False
    kind = output.get("output_type")
    if kind == "stream":
        return _has(output, {"output_type", "name", "text"}) and _are_texts(output)
    if kind == "error":
        lines = output.get("traceback")
        texts = {name: part for name, part in output.items() if name != "traceback"}
        return (
            _has(output, {"output_type", "ename", "evalue", "traceback"})
            and _are_texts(texts)
            and isinstance(lines, list)
            and all(isinstance(line, str) for line in lines)
        )
    wanted = _DATA | {"execution_count"} if kind == "execute_result" else _DATA
    return (
        kind in ("execute_result", "display_data")
        and _has(output, wanted)
        and output.get("execution_count") is None
        and output["metadata"] == {}
        and _are_texts(output["data"])
        and not any("json" in name for name in output["data"])
    )


def _are_texts(part):
    return isinstance(part, dict) and all(isinstance(value, str) for value in part.values())
