"""Numbers and switches that a rule or a schedule is set with: default, range and slider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from mlpteach.basics.arguments import POSITIVE, Interval, check_flag, check_number, did_you_mean


@dataclass(frozen=True)
class Hyper:
    """A hyper-parameter: its default, its slider (low … high) and the interval it may lie in.

    With `log` the slider moves by factors. With `whole` only whole numbers are allowed (kept as
    floats). `step_power` says with which power of the step size it changes: 1 for a weight of a
    gradient beside the step size (the slide's beta), 2 for what is the square of a length (Zeiler's
    eps), 0 for what has nothing to do with it.

    Raises
    ------
    ValueError
        For a default or a slider that is not allowed.
    """

    default: float
    low: float
    high: float
    log: bool = False
    allowed: Interval = POSITIVE
    whole: bool = False
    step_power: int = 0

    def __post_init__(self) -> None:
        self.check("the default of a hyper-parameter", self.default)
        if not self.low <= self.default <= self.high:
            raise ValueError(
                "a slider must reach the default, low <= default <= high; given "
                f"{self.low:g}, {self.default:g}, {self.high:g}."
            )
        if self.log and self.low <= 0.0:
            raise ValueError(f"a slider that moves by factors needs low > 0; given {self.low:g}.")

    def check(self, name: str, given: object) -> float:
        number = check_number(name, given, self.allowed)
        if self.whole and not number.is_integer():
            raise ValueError(f"{name} must be a whole number in {self.allowed}; given {number:g}.")
        return number


@dataclass(frozen=True)
class Switch:
    """A hyper-parameter that is on or off."""

    default: bool
    step_power: ClassVar[int] = 0

    def check(self, name: str, given: object) -> bool:
        return check_flag(name, given)


def check_values(
    owner: object, hypers: Mapping[str, Hyper | Switch], given: Mapping[str, object]
) -> dict[str, float]:
    """Return the values `given` after checking each; ValueError for a name not in `hypers`."""
    for name in given:
        if name not in hypers:
            raise ValueError(
                f"{owner} has no hyper-parameter {name!r}; it has: {', '.join(hypers) or 'none'}."
                + did_you_mean(name, hypers)
            )
    return {name: hypers[name].check(name, value) for name, value in given.items()}
