"""Who calls whom in a notebook, by what stands in it."""

import ast
import warnings
from collections.abc import Collection, Iterable


class Callers:
    """The functions that a notebook's cells define, and the names that each mentions.

    Parameters
    ----------
    sources : iterable of str
        Code cells; what is no Python is left out.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._mentions: dict[str, set[str]] = {}
        for source in sources:
            for node in _definitions(source):
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                self._mentions[node.name] = names

    def may_call(self, caller: str, names: Collection[str]) -> bool:
        """Say whether a function mentions one of the names, itself or in what it calls.

        One that is defined in no way that can be read may call everybody.

        Examples
        --------
        >>> callers = Callers(["def f(x):\\n    return g(x)", "def g(x):\\n    return x"])
        >>> callers.may_call("f", ["g"]), callers.may_call("g", ["f"])
        (True, False)
        """
        if caller not in self._mentions:
            return True
        reached, open_ = {caller}, [caller]
        while open_:
            new = self._mentions.get(open_.pop(), set()) - reached
            reached |= new
            open_ += new
        return not reached.isdisjoint(set(names) - {caller})


def _definitions(source: str) -> list[ast.FunctionDef]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
