"""Read a problem set's TOML file; a mistake in it is refused with its place.

How one is written stands in the README beside this module.
"""

import ast
import tomllib
from functools import cache
from importlib import resources

from mlpteach.exercise.tasks import Mistake, Sheet, Task, Tasks

_TASK = {"parameters": list, "returns": list, "solution": str}
_MORE = {"order": list, "shares": list, "random": bool, "path": bool, "mistake": list, "way": list}
_WAY = {"words": str, "solution": str}
_MISTAKE = {"id": str, "changes": list, "hint": str}
_KINDS = {list: "a list", str: "a text", bool: "true or false", (int, float): "a number"}


class SheetRefused(ValueError):
    """A problem set's file has a mistake; names the place, what stands there, what may."""


@cache
def read_sheet(id):
    """Return the :class:`~mlpteach.exercise.tasks.Sheet` of a problem set.

    Examples
    --------
    >>> read_sheet("ps2_adam").tasks["adam_update"].returns
    ('W', 'M', 'V')
    """
    file = resources.files("mlpteach.exercise").joinpath(f"{id}.toml")
    return parse_sheet(id, file.read_text(encoding="utf-8"))


def parse_sheet(id, text):
    """Return the Sheet that a file's text describes.

    Raises
    ------
    SheetRefused
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SheetRefused(f"{id}.toml is no TOML: {error}.") from None
    except RecursionError:
        raise SheetRefused(f"{id}.toml: lists or tables stand too deep in each other.") from None
    tasks, mistakes = Tasks(), []
    for name, entry in entries.items():
        place = f"{id}.toml, [{name}]"
        tasks[name] = _read_task(place, name, entry)
        known = set()
        for data in entry.get("mistake", ()):
            mistake = _read_mistake(f"{id}.toml, [[{name}.mistake]]", tasks[name], data)
            if mistake.id in known:
                raise SheetRefused(f"{place}: the mistake {mistake.id!r} stands there twice.")
            known.add(mistake.id)
            mistakes.append(mistake)
    return Sheet(id, tasks, tuple(mistakes))


def _read_task(place, name, entry):
    _check_keys(place, entry, _TASK, _MORE)
    parameters, returns = tuple(entry["parameters"]), tuple(entry["returns"])
    order = tuple(entry.get("order", returns))
    if not returns or sorted(order) != sorted(returns):
        raise SheetRefused(
            f"{place}: order must hold the names of returns, {list(returns)}; given {list(order)}."
        )
    _check_solution(place, name, parameters, entry["solution"])
    shares = tuple(entry.get("shares", ()))
    if shares and (len(shares) != len(returns) or not all(_is_share(part) for part in shares)):
        raise SheetRefused(
            f"{place}: shares must be a number above 0 for each of {list(returns)}; "
            f"given {list(shares)}."
        )
    random, path = entry.get("random", False), entry.get("path", False)
    ways = tuple(_read_way(place, name, parameters, way) for way in entry.get("way", ()))
    return Task(name, parameters, returns, order, entry["solution"], random, path, shares, ways)


def _read_way(place, name, parameters, data):
    place = f"{place}, [[{name}.way]]"
    _check_keys(place, data, _WAY, {})
    _check_solution(place, name, parameters, data["solution"])
    return data["words"].strip(), data["solution"]


def _is_share(part):
    return type(part) in (int, float) and part > 0


def _check_solution(place, name, parameters, solution):
    """Refuse a solution that is not this one function."""
    try:
        body = ast.parse(solution).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SheetRefused(f"{place}: the solution is no Python: {error}.") from None
    if len(body) != 1 or getattr(body[0], "name", None) != name:
        raise SheetRefused(f"{place}: the solution must be the function {name}, and nothing else.")
    given = body[0].args
    defined = tuple(each.arg for each in [*given.posonlyargs, *given.args, *given.kwonlyargs])
    if defined != parameters:
        raise SheetRefused(
            f"{place}: parameters must be those of the solution, {list(defined)}; "
            f"given {list(parameters)}."
        )


def _read_mistake(place, task, data):
    _check_keys(place, data, _MISTAKE, {"worth": (int, float)})
    place = f"{place} {data['id']!r}"
    worth = float(data.get("worth", 0.0))
    if not 0 <= worth < 1:
        raise SheetRefused(f"{place}: worth must be in [0, 1); given {worth:g}.")
    changes = tuple(map(tuple, data["changes"]))
    source = task.solution
    for change in changes:
        if len(change) != 2 or not all(isinstance(text, str) for text in change):
            raise SheetRefused(f"{place}: a change is [old, new], two texts; given {list(change)}.")
        if change[0] not in source:
            raise SheetRefused(
                f"{place}: it changes {change[0]!r}, which does not stand in the solution."
            )
        source = source.replace(*change)
    if source == task.solution:
        raise SheetRefused(f"{place}: its changes leave the solution as it is.")
    if not data["hint"].strip():
        raise SheetRefused(f"{place}: it needs a hint, a sentence for the student.")
    return Mistake(data["id"], task.name, changes, data["hint"].strip(), worth)


def _check_keys(place, entry, needed, allowed):
    """Refuse keys that are missing, unknown, or of another kind."""
    if not isinstance(entry, dict):
        raise SheetRefused(f"{place} must be a table; given {entry!r}.")
    for key in needed:
        if key not in entry:
            raise SheetRefused(f"{place}: {key!r} is missing.")
    kinds = needed | allowed
    for key, value in entry.items():
        if key not in kinds:
            raise SheetRefused(f"{place}: {key!r} is unknown; allowed: {', '.join(kinds)}.")
        if not isinstance(value, kinds[key]):
            raise SheetRefused(f"{place}: {key!r} must be {_KINDS[kinds[key]]}; given {value!r}.")
