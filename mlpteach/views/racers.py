"""Who takes part in a race: rules with names and looks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlpteach.basics.arguments import check_choice, describe
from mlpteach.basics.style import BROWN, LEAF, SKY, STYLES, WINE, Style
from mlpteach.rules import FORMS, RULES, Rule, rule

# Of no rule on the slides: a colour means one of them everywhere.
_SPARE = tuple(Style(color, "dotted", "P") for color in (WINE, LEAF, SKY, BROWN))


@dataclass(frozen=True)
class Racer:
    """One rule in a race.

    Attributes
    ----------
    id : str
        Stands in the names of its controls: "adam.eta".
    name : str
        On the screen.
    rule : Rule
        With the hyper-parameters to start with.
    style : Style
    given : bool
        Whether the reader chose the hyper-parameters, so that no landscape changes them.
    """

    id: str
    name: str
    rule: Rule
    style: Style
    given: bool

    @property
    def button(self) -> str:
        """Its name on a button, without a word on the form where no other form is meant."""
        name = self.name.replace(self.rule.id, self.rule.button_title, 1)
        return name.replace(" (lecture)", "")


def racers_of(rules: Sequence[Any]) -> tuple[Racer, ...]:
    """Return the :class:`Racer` of each rule, with names that differ.

    Parameters
    ----------
    rules : sequence
        Each an id, a pair (id, form), a :class:`Rule` or a reader's own function.

    Examples
    --------
    >>> [racer.id for racer in racers_of(["adam", ("adam", "paper"), "lbfgs"])]
    ['adam', 'adam_paper', 'lbfgs']
    """
    if isinstance(rules, (str, Rule)) or callable(rules):
        rules = (rules,)
    if not isinstance(rules, (tuple, list)) or not rules:
        raise TypeError(
            "rules must be a list of ids, pairs (id, form), rules or functions, such as "
            f'("gd", ("adam", "paper")); given {describe(rules)}.'
        )
    racers: list[Racer] = []
    for given in rules:
        racers.append(_racer(given, racers))
    return tuple(racers)


def everybody(racers: Sequence[Racer], layers: bool = False) -> tuple[Racer, ...]:
    """Return the racers, and behind them every other rule of the table that can take part.

    Parameters
    ----------
    racers : sequence of Racer
    layers : bool
        Whether rules that work on the matrices of a network's layers can take part, too.

    Examples
    --------
    >>> racers = everybody(racers_of([("adam", "paper")]))
    >>> racers[0].id, [racer.id for racer in racers if racer.rule.id == "adam"]
    ('adam_paper', ['adam_paper'])
    """
    ids = {racer.rule.id for racer in racers if racer.rule.form != "own"}
    missing = [
        id
        for id, optimizer in RULES.items()
        if id not in ids and (layers or not optimizer.default.needs_layers)
    ]
    everyone = list(racers)
    for id in missing:
        everyone.append(_racer(id, everyone))
    return tuple(everyone)


def with_the_one_looked_at(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Return "rules" and "tune", who takes part and who is looked at, so that one is of the other.

    Parameters
    ----------
    before, asked : dict
        Values of the controls. Who is newly looked at joins; where the one looked at leaves, the
        first of the others is.

    Examples
    --------
    >>> before = {"rules": ("gd", "adam"), "tune": "gd"}
    >>> with_the_one_looked_at(before, {**before, "tune": "lion"})
    {'rules': ('gd', 'adam', 'lion'), 'tune': 'lion'}
    >>> with_the_one_looked_at(before, {**before, "rules": ("adam",)})
    {'rules': ('adam',), 'tune': 'adam'}
    """
    rules, chosen = tuple(asked["rules"]), asked["tune"]
    if chosen in rules or not rules:
        return {"rules": rules, "tune": chosen}
    if chosen != before["tune"]:
        return {"rules": (*rules, chosen), "tune": chosen}
    return {"rules": rules, "tune": rules[0]}


def _racer(given, others):
    if isinstance(given, (tuple, list)):
        if len(given) != 2:
            raise ValueError(f"a rule must be (id, form) where it is a pair; given {given!r}.")
        check_choice("form", given[1], FORMS)
        chosen = rule(*given)
    else:
        chosen = rule(given)
    id, name = chosen.id, str(chosen)
    if chosen.form == "paper" and "lecture" in RULES[chosen.id].forms:
        id = f"{id}_paper"
    if chosen.form == "own" and any(id.startswith(known) for known in RULES):
        id = f"own_{id}"  # a reader's adam, or adam_paper, races beside those of the table
    again = sum(other.rule.id == chosen.id and other.rule.form == chosen.form for other in others)
    if again:
        id, name = f"{id}_{again + 1}", f"{name} {again + 1}"
    style = _apart(chosen.style, [other.style for other in others])
    return Racer(id, name, chosen, style, not isinstance(given, (str, tuple, list)))


def _apart(style, others):
    """Return `style`, changed where another racer has it: the marker between forms, else all."""
    if any((other.color, other.dash) == (style.color, style.dash) for other in others):
        taken = {other.color for other in others}
        style = next((free for free in (*_SPARE, *STYLES) if free.color not in taken), style)
    taken = {other.marker for other in others if other.color == style.color}
    if style.marker in taken:
        free = [other.marker for other in STYLES if other.marker not in taken]
        style = replace(style, marker=(free or [style.marker])[0])
    return style
