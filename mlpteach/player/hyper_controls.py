"""Controls that several dashboards have: a rule's hyper-parameters, the layer that is shown."""

from mlpteach.player.controls import Choice, Slider, Toggle
from mlpteach.rules import Hyper


def hyper_controls(rules, prefix, when=None):
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
    controls, values = [], {}
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


def bind(rule, rules, prefix, values):
    """Return `rule` with the values that the controls of :func:`hyper_controls` have."""
    return rule.bind(**{name: values[_key(rules, rule, name, prefix)] for name in rule.hypers})


def layer_choice(net):
    """Return the control for the layer whose weights are shown."""
    raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    options = {str(k): f"W⁽{str(k).translate(raised)}⁾" for k in range(1, len(net.sizes))}
    return Choice("layer", "Layer", options)
