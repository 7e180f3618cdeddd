"""A lecture's notes for its speaker: raw cells, folded in the notebook, printed for paper."""

import json
import re

# Of the raw cells; raw ones appear neither in Voila nor where a notebook is made into a page.
TAG = "notes"
_HEADING = re.compile(r"#{1,2} +(.+)")


def speaker_notes(notebook):
    """Return a lecture's notes, each under the heading of its section.

    Parameters
    ----------
    notebook : str
        The text of an .ipynb file.

    Returns
    -------
    str
        Empty where the notebook has no notes.

    Examples
    --------
    >>> heading = {"cell_type": "markdown", "metadata": {}, "source": ["## Adam"]}
    >>> note = {"source": "Speaker's notes: 8 minutes\\n\\nOne line at a time."}
    >>> note |= {"cell_type": "raw", "metadata": {"tags": ["notes"]}}
    >>> print(speaker_notes(json.dumps({"cells": [heading, note]})))
    Adam
    Speaker's notes: 8 minutes
    <BLANKLINE>
    One line at a time.
    """
    heading, found = "", []
    for cell in json.loads(notebook)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and (titled := _HEADING.match(text)):
            heading = titled[1]
        elif is_note(cell):
            found.append(f"{heading}\n{text}".strip())
    return "\n\n\n".join(found)


def is_note(cell):
    """Return whether a notebook's cell is meant for the speaker alone."""
    return cell["cell_type"] == "raw" and TAG in cell["metadata"].get("tags", [])
