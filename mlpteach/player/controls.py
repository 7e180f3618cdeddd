"""What can be changed on a dashboard, and which values each control can have."""

from dataclasses import dataclass

from mlpteach.basics.arguments import Interval, check_flag, check_number, describe


@dataclass(frozen=True)
class Choice:
    """A control with a few named values, of which it has one.

    Attributes
    ----------
    name, label : str
    options : dict of str to str
        Value -> text.
    when : tuple of (str, str), optional
        (name of another choice, its value): the page shows this control only then.
    """

    name: str
    label: str
    options: dict
    when: tuple | None = None
    kind: str = "choice"

    def check(self, given):
        # Options are strings on the page, so that the number 1 means the option "1".
        return _option(self, given)


@dataclass(frozen=True)
class Several:
    """A control that has any of a few named values: a tuple of them, in the order of `options`."""

    name: str
    label: str
    options: dict
    when: tuple | None = None
    kind: str = "several"

    def check(self, given):
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise TypeError(f"{self.name} must be a list of its values; given {describe(given)}.")
        chosen = {_option(self, one) for one in given}
        return tuple(option for option in self.options if option in chosen)


def _option(control, given):
    options = {str(option): option for option in control.options}
    if str(given) not in options:
        raise ValueError(
            f"{control.name} must be one of {', '.join(options)}; given {describe(given)}."
        )
    return options[str(given)]


@dataclass(frozen=True)
class Slider:
    """A control for a number; `log` moves it by factors, `whole` by ones."""

    name: str
    label: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    when: tuple | None = None
    kind: str = "slider"

    def check(self, given):
        number = check_number(self.name, given, Interval())
        return round(number) if self.whole else number


@dataclass(frozen=True)
class Toggle:
    """A control that is on or off."""

    name: str
    label: str
    when: tuple | None = None
    kind: str = "toggle"

    def check(self, given):
        return check_flag(self.name, given)


@dataclass(frozen=True)
class Point:
    """A control for a place on a map: two numbers, typed or clicked; see ``Plot.click``."""

    name: str
    label: str
    when: tuple | None = None
    kind: str = "point"

    def check(self, given):
        if not isinstance(given, (tuple, list)) or len(given) != 2:
            raise TypeError(f"{self.name} must be a pair of numbers; given {describe(given)}.")
        return tuple(check_number(self.name, number, Interval()) for number in given)
