"""What can be changed on a dashboard, and which values each control can have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from mlpteach.basics.arguments import Interval, check_flag, check_number, describe
from mlpteach.player.position import START


@dataclass(frozen=True)
class Control:
    """What all controls have: a name, by which values are known, and a text beside them.

    Attributes
    ----------
    name : str
        In values and in a state's text.
    label : str
    when : tuple of str, optional
        (name of a Choice, one of its values, …): the page shows this control only then.
    more : bool, optional
        Whether it stands behind "⋯", for what the question at hand does not need.
    """

    name: str
    label: str
    when: tuple[str, ...] | None = field(default=None, kw_only=True)
    more: bool = field(default=False, kw_only=True)
    kind: ClassVar[str]

    def __post_init__(self) -> None:
        for given in (self.name, self.label):
            if not isinstance(given, str):
                raise TypeError(
                    f"name and label of a control must be texts; given {describe(given)}."
                )
        if not self.name or set(self.name) & set("&=?#") or self.name in START:
            raise ValueError(
                f"a control's name must be a text without & = ? # and none of {', '.join(START)}, "
                f"which tell a place; given {self.name!r}."
            )
        check_flag("more", self.more)
        if self.when is not None and not (
            isinstance(self.when, tuple)
            and len(self.when) > 1
            and all(isinstance(part, str) for part in self.when)
        ):
            raise TypeError(
                f"when must be (name of a Choice, its values, …); given {describe(self.when)}."
            )

    def check(self, given: Any) -> Any:
        """Return `given` as this control holds it, or raise saying what it can hold."""
        raise NotImplementedError


@dataclass(frozen=True)
class Choice(Control):
    """A control with a few named values, of which it has one.

    Attributes
    ----------
    name, label : str
    options : dict of str to str
        Value -> text, in the order of the menu.
    when, more
        See :class:`Control`.

    Examples
    --------
    >>> form = Choice("form", "Form", {"lecture": "as the slide", "paper": "as published"})
    >>> form.check("paper")
    'paper'
    """

    options: dict[str, str]
    kind: ClassVar[str] = "choice"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_options(self.name, self.options)

    def check(self, given: Any) -> str:
        return _option(self, given)


@dataclass(frozen=True)
class Several(Control):
    """A control that has any of a few named values: a tuple of them, in the order of `options`.

    Attributes
    ----------
    name, label, options, when, more
        As for :class:`Choice`.

    Examples
    --------
    >>> Several("rules", "Rules", {"gd": "gd", "adam": "Adam"}).check(["adam", "gd"])
    ('gd', 'adam')
    """

    options: dict[str, str]
    kind: ClassVar[str] = "several"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_options(self.name, self.options)

    def check(self, given: Any) -> tuple[str, ...]:
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise TypeError(f"{self.name} must be a list of its values; given {describe(given)}.")
        chosen = {_option(self, one) for one in given}
        return tuple(option for option in self.options if option in chosen)


def _check_options(name, options):
    texts = isinstance(options, dict) and [*options, *options.values()]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise TypeError(
            f"options of {name} must be a dict of value -> text, both texts; "
            f"given {describe(options)}."
        )


def _option(control, given):
    # Options are texts, so that the number 1 means the option "1".
    if str(given) not in control.options:
        raise ValueError(
            f"{control.name} must be one of {', '.join(control.options)}; given {describe(given)}."
        )
    return str(given)


@dataclass(frozen=True)
class Slider(Control):
    """A control for a number.

    Attributes
    ----------
    name, label : str
    low, high : float
        Ends of the slider. Python may set numbers beyond them.
    log : bool
        Whether it moves by factors.
    whole : bool
        Whether it moves by ones.
    when, more
        See :class:`Control`.

    Examples
    --------
    >>> Slider("eta", "η", 1e-3, 1.0, log=True).check(0.5)
    0.5
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False
    kind: ClassVar[str] = "slider"

    def __post_init__(self) -> None:
        super().__post_init__()
        low = check_number(f"low of {self.name}", self.low, Interval())
        high = check_number(f"high of {self.name}", self.high, Interval())
        check_flag("log", self.log)
        check_flag("whole", self.whole)
        if low > high or (self.log and low <= 0):
            positive = "0 < " if self.log else ""
            raise ValueError(
                f"{self.name} must have {positive}low <= high; given low={low:g}, high={high:g}."
            )

    def check(self, given: Any) -> float:
        number = check_number(self.name, given, Interval())
        return round(number) if self.whole else number


@dataclass(frozen=True)
class Toggle(Control):
    """A control that is on or off.

    Examples
    --------
    >>> Toggle("correct", "bias correction").check(True)
    True
    """

    kind: ClassVar[str] = "toggle"

    def check(self, given: Any) -> bool:
        return check_flag(self.name, given)


@dataclass(frozen=True)
class Point(Control):
    """A control for a place on a map: two numbers, typed or clicked (see ``Plot.click``).

    Examples
    --------
    >>> Point("start", "Start").check([1, 2.5])
    (1.0, 2.5)
    """

    kind: ClassVar[str] = "point"

    def check(self, given: Any) -> tuple[float, float]:
        if not isinstance(given, (tuple, list)) or len(given) != 2:
            raise TypeError(f"{self.name} must be a pair of numbers; given {describe(given)}.")
        x, y = (check_number(self.name, number, Interval()) for number in given)
        return x, y


def behind(controls: Sequence[Control], *names: str, after: int = 5) -> list[Control]:
    """Return the controls, those named `names` behind "⋯", and all but the first few others.

    Parameters
    ----------
    controls : sequence of Control
    *names : str
    after : int
        So many others stay in sight.

    Examples
    --------
    >>> [one.more for one in behind([Toggle("a", "a"), Toggle("b", "b")], "b")]
    [False, True]
    """
    shown = [one for one in controls if not one.more and one.name not in names][:after]
    return [replace(one, more=one not in shown) for one in controls]


def by_name(controls: Sequence[Control]) -> dict[str, Control]:
    """Return name -> control of controls that belong together.

    Raises
    ------
    ValueError, TypeError
        For what is no control, a name that stands twice, a ``when`` that is never true.
    """
    if not isinstance(controls, (list, tuple)):
        raise TypeError(f"controls must be a list of controls; given {describe(controls)}.")
    found = {}
    for control in controls:
        if not isinstance(control, Control):
            raise TypeError(f"controls must hold controls only; given {describe(control)} in it.")
        if control.name in found:
            raise ValueError(f"two controls have the name {control.name!r}.")
        found[control.name] = control
    for control in controls:
        if control.when is not None:
            _check_when(control, found)
    return found


def _check_when(control, known):
    choice, *values = control.when
    if not isinstance(known.get(choice), Choice) or not set(values) <= set(known[choice].options):
        raise ValueError(
            f"when of {control.name} must name a Choice and values of it; given {control.when}."
        )


def check_values(
    controls: Mapping[str, Control], given: object, present: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the values of all controls: those given, checked, and the present others.

    Parameters
    ----------
    controls : dict of str to Control
    given : dict
    present : dict, optional
        Without it every control needs a value.
    """
    if not isinstance(given, dict):
        raise TypeError(f"values must be a dict of control names; given {describe(given)}.")
    for name in given:
        if name not in controls:
            names = ", ".join(controls) or "none"
            raise ValueError(f"this dashboard has no control {name!r}; it has: {names}.")
    missing = [name for name in controls if name not in {**(present or {}), **given}]
    if missing:
        raise ValueError(f"values must hold one for each control; missing: {', '.join(missing)}.")
    checked = {name: controls[name].check(value) for name, value in given.items()}
    known = {**(present or {}), **checked}
    return {name: known[name] for name in controls}
