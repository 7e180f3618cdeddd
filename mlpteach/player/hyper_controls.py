"""Controls that several dashboards have: a rule's hyper-parameters, the layer that is shown."""

from collections.abc import Sequence
from typing import Any

from mlpteach.player.controls import Choice, Control, Slider, Toggle
from mlpteach.rules import Hyper, Rule
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


def layer_choice(net: MLP) -> Choice:
    """Return the control for the layer whose weights are shown."""
    raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    options = {str(k): f"W⁽{str(k).translate(raised)}⁾" for k in range(1, len(net.sizes))}
    return Choice("layer", "Layer", options)
