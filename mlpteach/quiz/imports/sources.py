"""Where lists of questions lie: files of JSON, notebooks, addresses, Python."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mlpteach.basics.arguments import describe
from mlpteach.quiz.question_files.read import QuestionError

_SECONDS = 20  # that a server may take
_COMPUTED = "it is computed by the notebook, and nothing is computed here: `{}`."
_SHOWN = 60  # letters of what is computed
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])', re.S)


@dataclass(frozen=True)
class NotPlain:
    """Stands for a question that is no plain data.

    Attributes
    ----------
    reason : str
    """

    reason: str


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
        With a :class:`NotPlain` for each question that a notebook computes.

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
    return [entry for node in _in_order(tree) for entry in _questions_in(node)]


def _in_order(node):
    """Yield what stands in a cell, in the order of its lines."""
    yield node
    for part in ast.iter_child_nodes(node):
        yield from _in_order(part)


def _questions_in(node):
    """Return the question that a dictionary is, or those of a text that holds JSON."""
    if isinstance(node, ast.Dict):
        keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
        return [_plain(node)] if "question" in keys and {"answers", "type"} & set(keys) else []
    text = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(text, str) or '"question"' not in text or text.strip()[:1] not in "[{":
        return []
    try:
        return _in_json("a cell", text)
    except QuestionError:
        return []


def _plain(node):
    """Return what a dictionary holds, where nothing has to be computed for it."""
    try:
        return ast.literal_eval(_Joined().visit(node))
    except (ValueError, TypeError, MemoryError, RecursionError):
        return NotPlain(_COMPUTED.format(_first_computed(node)))


def _first_computed(node):
    """Return the first part of a dictionary that is no plain data, as it is written."""
    values = [value for value in node.values if not _is_plain(value)]
    text = " ".join(ast.unparse(values[0] if values else node).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _is_plain(node):
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True


class _Joined(ast.NodeTransformer):
    """Texts put together by a plus, or marked as ones with slots but without any."""

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        parts = [getattr(part, "value", None) for part in (node.left, node.right)]
        if not isinstance(node.op, ast.Add) or not all(isinstance(part, str) for part in parts):
            return node
        return ast.copy_location(ast.Constant("".join(parts)), node)

    def visit_JoinedStr(self, node):
        if not all(isinstance(part, ast.Constant) for part in node.values):
            return node
        return ast.copy_location(ast.Constant("".join(p.value for p in node.values)), node)
