"""Cells of a notebook, run without a notebook: what they print, show and raise, as plain data."""

import ast
import contextlib
import io
import linecache
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a cell has done.

    Attributes
    ----------
    value : object
        Of its last expression; None without one.
    text : str
        What it printed.
    error : str
        Where it stopped and why; "" where it did not.
    """

    value: Any = None
    text: str = ""
    error: str = ""


def run_cell(source: str, names: dict[str, Any], called: str) -> Outcome:
    """Run a cell in a notebook's names.

    Parameters
    ----------
    source : str
    names : dict
        Of the notebook; the cell reads and changes them.
    called : str
        Name of the cell in its errors.

    Examples
    --------
    >>> run_cell("a = 2; print('two'); a + 1", {}, "cell 1")
    Outcome(value=3, text='two\\n', error='')
    >>> print(run_cell("1 / 0", {}, "cell 1").error)
    line 1: 1 / 0
    ZeroDivisionError: division by zero
    """
    printed = io.StringIO()
    _remember(source, called)
    with contextlib.redirect_stdout(printed):
        try:
            value = _run(source, names, called)
        except Exception as error:
            return Outcome(None, printed.getvalue(), _told(error, called))
    return Outcome(value, printed.getvalue(), "")


def run_definitions(source: str, names: dict[str, Any], called: str) -> Outcome:
    """Run a cell for the names that it defines: what it only shows at its end is left out."""
    tree = ast.parse(source)
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        lines = source.splitlines()
        source = "\n".join(lines[: tree.body[-1].lineno - 1])
    return run_cell(source, names, called)


def _remember(source, called):
    """Let Python find the cell's text: formulas are read from it, errors show its lines."""
    lines = source.splitlines(keepends=True)
    linecache.cache[called] = (len(source), None, lines, called)


def _run(source, names, called):
    tree = ast.parse(source, called)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, called, "exec"), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), called, "eval"), names)


def _told(error, called):
    """Say the lines of the cell that led to an error, and the error."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"line {one.lineno}: {one.line}" for one in frames if one.filename == called]
    return "\n".join([*lines, *traceback.format_exception_only(error)]).strip()


# -- which cells a cell needs


def needed_cells(sources: Sequence[str], wanted: int) -> list[int]:
    """Return which cells must have run before a cell can, in their order.

    A cell needs those before it that define, or change, a name that it uses.

    Examples
    --------
    >>> needed_cells(["import a", "b = 1", "c = a.of(b)", "b + c"], 1)
    []
    >>> needed_cells(["import a", "b = 1", "c = a.of(2)", "c"], 3)
    [0, 2]
    """
    used, needed = _used(sources[wanted]), []
    for i in reversed(range(wanted)):
        if used & _defined(sources[i]):
            needed.append(i)
            used |= _used(sources[i])
    return needed[::-1]


def _used(source):
    return {one.id for one in _nodes(source) if isinstance(one, ast.Name)}


def _defined(source):
    return set().union(*map(_names_set_by, _nodes(source)))


def _nodes(source: str) -> Iterator[ast.AST]:
    """Yield all parts of a cell; none of one that is no Python."""
    try:
        yield from ast.walk(ast.parse(source))
    except SyntaxError:
        return


def _names_set_by(node):
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.alias):
        return {(node.asname or node.name).partition(".")[0]}
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
        return {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
    return set()
