"""Whether a function was tried at all, by what stands in its cell: it need be no Python."""

import re
from collections.abc import Iterable

_OPERATION = re.compile(r"[-+*/@<>]+|\w+(?=\()")
_NO_STEPS = (r'"{3}.*?"{3}', r"'{3}.*?'{3}", r"#[^\n]*", r"^\s*(?:raise|assert|print)\b[^\n]*")
_NO_CODE = re.compile("|".join(_NO_STEPS), re.DOTALL | re.MULTILINE)


def is_attempt(sources: Iterable[str], name: str, solution: str) -> bool:
    """Say whether a function's lines work with what the model's need, in half as many steps.

    One parameter may be missing: a name misspelt is what stops a function most often.

    Parameters
    ----------
    sources : iterable of str
        Code cells.
    name : str
        Of the function; where several cells define it, the last one holds.
    solution : str
        Source of the model's.

    Examples
    --------
    >>> solution = "def mean(x, n):\\n    return np.sum(x) / n"
    >>> is_attempt(["def mean(x, n):\\n    return np.sum(x / n"], "mean", solution)
    True
    >>> is_attempt(["def mean(x, n):\\n    raise ValueError(x)"], "mean", solution)
    False
    """
    lines = [found for source in sources for found in _bodies(source, name)]
    [(parameters, model)] = _bodies(solution, name)
    if not lines:
        return False
    needed = set(re.findall(r"\w+(?=[,=)])", f"{parameters})")) & _words(model)
    tried = lines[-1][1]
    return len(needed - _words(tried)) <= 1 and 2 * _operations(tried) >= _operations(model)


def _bodies(source, name):
    """Return (parameters, lines) of each definition of a function in a cell."""
    pattern = rf"^def {re.escape(name)}\b\s*\(?([^)\n]*)\)?[^\n]*\n((?:[ \t]+[^\n]*(?:\n|$)|\n)*)"
    return re.findall(pattern, _NO_CODE.sub("", source), re.MULTILINE)


def _words(text):
    return set(re.findall(r"[^\W\d]\w*", text))


def _operations(text):
    return len(_OPERATION.findall(text))
