"""Controls that several dashboards have: a rule's hyper-parameters, the layer that is shown."""

from collections.abc import Sequence
from typing import Any

from mlpteach.basics.record import offer
from mlpteach.player.controls import Choice, Control, Slider, Toggle
from mlpteach.rules import RULES, Hyper, Rule
from mlpteach.run.network import MLP


def hyper_controls(
    rules: Sequence[Any], prefix: str, when: tuple[str, ...] | None = None
) -> tuple[list[Control], dict[str, Any]]:
    """Return the controls for the hyper-parameters of some forms of one rule, and their values.

    A schedule has hyper-parameters too.

    Forms whose hyper-parameters are the same share a control; where a name means something else in
    another form (beta of momentum) each form has its own.

    Parameters
    ----------
    rules : sequence of Rule, or of one Schedule
    prefix : str
        Of the controls' names, such as "adam.".
    when : tuple, optional
        As for the controls.

    Returns
    -------
    controls : list of Slider or Toggle
    values : dict
    """
    controls: list[Control] = []
    values: dict[str, Any] = {}
    for rule in rules:
        for name, hyper in rule.hypers.items():
            key = _key(rules, rule, name, prefix)
            if key in values:
                continue
            values[key] = rule.values[name]
            label = rule.symbol(name).text + (f" ({rule.form})" if key != prefix + name else "")
            controls.append(_control(key, label, hyper, when))
    return controls, values


def _control(key, label, hyper, when):
    if isinstance(hyper, Hyper):
        return Slider(key, label, hyper.low, hyper.high, hyper.log, hyper.whole, when=when)
    return Toggle(key, label.replace("_", " "), when=when)


def _key(rules, rule, name, prefix):
    """Return the control's name: shared by the forms unless they mean different things by it."""
    others = [other.hypers[name] for other in rules if name in other.hypers]
    return prefix + (name if all(o == others[0] for o in others) else f"{rule.form}.{name}")


def bind(rule: Rule, rules: Sequence[Rule], prefix: str, values: dict[str, Any]) -> Rule:
    """Return `rule` with the values that the controls of :func:`hyper_controls` have."""
    return rule.bind(**{name: values[_key(rules, rule, name, prefix)] for name in rule.hypers})


def offered_rules(chosen: Rule) -> tuple[dict[str, Rule], str]:
    """Return id -> rule of a menu of all rules, and under which id `chosen` is found in it.

    It stands in place of the table's rule of its id; a reader's own stands behind all others.
    """
    rules = {id: optimizer.default for id, optimizer in RULES.items()}
    if chosen.form == "own":
        offered, (id,) = offer(rules, [chosen])
        return offered, id
    return {**rules, chosen.id: chosen}, chosen.id


def rule_controls(rules: dict[str, Rule]) -> tuple[list[Control], dict[str, Any]]:
    """Return the menu "rule" and the sliders of each rule, seen where it is chosen.

    Parameters
    ----------
    rules : dict of str to Rule
        See :func:`offered_rules`.

    Returns
    -------
    controls : list
    values : dict
        Of the sliders alone.
    """
    titles = {id: known.menu_title for id, known in rules.items()}
    controls: list[Control] = [Choice("rule", "Rule", titles)]
    values: dict[str, Any] = {}
    for id, rule in rules.items():
        sliders, starts = hyper_controls([rule], f"{id}.", ("rule", id))
        controls += sliders
        values |= starts
    return controls, values


def chosen_rule(rules: dict[str, Rule], values: dict[str, Any]) -> Rule:
    """Return the rule that the controls of :func:`rule_controls` have chosen, with its values."""
    id = values["rule"]
    return bind(rules[id], [rules[id]], f"{id}.", values)


def layer_choice(net: MLP) -> Choice:
    """Return the control for the layer whose weights are shown."""
    raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    options = {str(k): f"W⁽{str(k).translate(raised)}⁾" for k in range(1, len(net.sizes))}
    return Choice("layer", "Layer", options)
