"""The state of a dashboard as one short text: ``adam?k=37&eta=0.01&form=paper``.

The page writes the same text (``state.js``); reading it back is done here alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, unquote_plus

from mlpteach.basics.arguments import describe
from mlpteach.player.controls import Control
from mlpteach.player.position import START


def write(name: str, values: dict[str, Any], position: dict[str, int]) -> str:
    """Return the state as text.

    Parameters
    ----------
    name : str
        Of the dashboard.
    values : dict
        Of its controls.
    position : dict

    Examples
    --------
    >>> write("race", {"eta": 0.01, "start": (1.0, 1.5)}, {"k": 37, "line": 0})
    'race?k=37&line=0&eta=0.01&start=1.0,1.5'
    """
    pairs = {**position, **values}
    return f"{name}?" + "&".join(f"{key}={_text(value)}" for key, value in pairs.items())


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return ",".join(_text(part) for part in value)
    return quote(str(value), safe="")


def read(
    text: str, name: str, controls: Iterable[Control]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return (values, position) of a state's text.

    Raises
    ------
    ValueError, TypeError
        For a text that is no state of the dashboard `name`.
    """
    if not isinstance(text, str):
        raise TypeError(f"a state must be text like {name}?k=1; given {describe(text)}.")
    given_name, _, query = text.strip().partition("?")
    if given_name != name or not query:
        raise ValueError(f"a state of this dashboard starts with {name}?; given {describe(text)}.")
    by_name = {control.name: control for control in controls}
    values, position = {}, {}
    for pair in filter(None, query.split("&")):
        key, _, written = pair.partition("=")
        # Commas between values are bare, those within one are quoted.
        parts = [unquote_plus(part) for part in written.split(",")]
        if key in START:
            position[key] = _whole(key, ",".join(parts))
        elif key in by_name:
            values[key] = _parse(by_name[key], parts)
        else:
            allowed = ", ".join((*START, *by_name))
            raise ValueError(f"a state of {name} has no {key!r}; it has: {allowed}.")
    return values, position


def _whole(key, written):
    try:
        return int(written)
    except ValueError:
        raise ValueError(f"{key} must be a whole number; given {describe(written)}.") from None


def _parse(control, parts):
    written = ",".join(parts)
    if control.kind == "toggle":
        if written not in ("true", "false"):
            raise ValueError(f"{control.name} must be true or false; given {written!r}.")
        return written == "true"
    if control.kind == "choice":
        return control.check(written)
    if control.kind == "several":
        return control.check(_chosen(control, parts) if written else [])
    try:
        numbers = [float(part) for part in written.split(",") if written]
    except ValueError:
        raise ValueError(f"{control.name} must be numbers; given {written!r}.") from None
    if control.kind == "point":
        return control.check(numbers)
    if len(numbers) != 1:
        raise ValueError(f"{control.name} must be one number; given {written!r}.")
    return control.check(numbers[0])


def _chosen(control, parts):
    """Return the options named; a mail program may have quoted the commas between them as well."""
    apart = ([part] if part in control.options else part.split(",") for part in parts)
    return [option for options in apart for option in options]


def fits(text: str, name: str, controls: Sequence[Control]) -> bool:
    """Whether a state, with or without the dashboard's name, can be set where these controls are.

    Examples
    --------
    >>> fits("k=3", "race", []), fits("eta=0.1", "race", [])
    (True, False)
    """
    try:
        read(named(text, name), name, controls)
    except (TypeError, ValueError):
        return False
    return True


def named(text: str, name: str) -> str:
    """Return a state's text that begins with the dashboard's name.

    Examples
    --------
    >>> named("eta=0.1", "race"), named("", "race")
    ('race?eta=0.1', 'race?k=1')
    """
    return text if "?" in text else f"{name}?{text or 'k=1'}"
