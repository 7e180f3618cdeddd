"""Where lists of questions lie: files of JSON, notebooks, addresses, Python."""

import ast
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from mlpteach.basics.arguments import describe
from mlpteach.quiz.question_files.read import QuestionError

_SECONDS = 20  # that a server may take
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])', re.S)


def read_entries(source):
    """Return a name for what was read, and its questions as they stand there.

    Parameters
    ----------
    source : str, Path or list of dict
        A file of JSON, a notebook (the lists in its code cells), an address of either, or the list
        itself.

    Returns
    -------
    name : str
    entries : list

    Raises
    ------
    QuestionError
        Where nothing can be read.
    """
    if isinstance(source, (list, tuple)):
        return "quiz", list(source)
    if not isinstance(source, (str, Path)):
        raise QuestionError(f"must be a file, an address or a list; given {describe(source)}.")
    name = Path(urlsplit(source).path if _is_address(source) else source).name
    text = _text(source)
    entries = _in_notebook(source, text) if name.endswith(".ipynb") else _in_json(source, text)
    return Path(name).stem or "quiz", entries


def _is_address(source):
    return isinstance(source, str) and re.match(r"https?://", source, re.I)


def _text(source):
    try:
        data = _fetched(source) if _is_address(source) else Path(source).read_bytes()
    except OSError as error:
        reason = error.strerror or getattr(error, "reason", error)
        raise QuestionError(f"{source}: can't be opened: {reason}.") from error
    try:
        return data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # as Windows wrote it


def _fetched(address):
    from urllib.request import urlopen

    with urlopen(address, timeout=_SECONDS) as answer:
        return answer.read()


def _in_json(source, text):
    """Read JSON, or JavaScript's, in which a comma may end a list."""
    try:
        entries = json.loads(_STRING_OR_COMMA.sub(_without_last_comma, text))
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"{source}: not readable as JSON: {error}") from error
    if isinstance(entries, dict) and "question" in entries:
        return [entries]
    if not isinstance(entries, list):
        raise QuestionError(f"{source}: must be a list of questions; given {describe(entries)}.")
    return entries


def _without_last_comma(found):
    return "" if found[0] == "," else found[0]


def _in_notebook(source, text):
    """Return the questions of all lists that stand in code cells as plain data."""
    try:
        cells = json.loads(text)["cells"]
        code = ["".join(c["source"]) for c in cells if c.get("cell_type") == "code"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise QuestionError(f"{source}: not readable as a notebook: {error}") from error
    entries = [entry for cell in code for entry in _in_cell(cell)]
    if not entries:
        raise QuestionError(f"{source}: no cell has a list of questions.")
    return entries


def _in_cell(code):
    try:
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", code, flags=re.M))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lists = [node for node in ast.walk(tree) if isinstance(node, ast.List)]
    return [entry for node in lists for entry in _plain(node)]


def _plain(node):
    """Return the questions of a list, where it is one of questions; nothing is computed."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return []
    return [entry for entry in value if isinstance(entry, dict) and "question" in entry]
