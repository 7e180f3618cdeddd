"""With which step size a rule starts a race, so that the first picture is worth looking at."""

import warnings

from mlpteach.basics.arguments import OWN_STEP_LENGTH
from mlpteach.run.train import DivergenceWarning, descend
from mlpteach.tables.landscapes import LANDSCAPES

# Step sizes (eta, or alpha) that make a race worth looking at: of 1, 2, 5 times a power of ten one
# of the largest with which the rule stays on the map, from the landscape's own start.
STEP_SIZES = {
    "beale": {
        "gd": 0.01, "momentum": 0.01, "momentum paper": 0.002, "nesterov": 0.005,
        "nesterov paper": 0.002, "adagrad": 0.5, "rmsprop": 0.02, "adadelta": 0.02,
        "adam": 0.1, "nadam": 0.1, "amsgrad": 0.1,
    },
    "saddle": {
        "gd": 0.02, "momentum": 0.02, "momentum paper": 0.005, "nesterov": 0.01,
        "nesterov paper": 0.005, "adagrad": 0.05, "rmsprop": 0.01, "adadelta": 0.01,
        "adam": 0.01, "nadam": 0.01, "amsgrad": 0.002,
    },
    "valley": {
        "gd": 0.01, "momentum": 0.01, "momentum paper": 0.002, "nesterov": 0.002,
        "nesterov paper": 0.002, "adagrad": 0.5, "rmsprop": 0.05, "adadelta": 0.05,
        "adam": 0.1, "nadam": 0.1, "amsgrad": 0.1,
    },
    "rosenbrock": {
        "gd": 0.001, "momentum": 0.001, "momentum paper": 0.0002, "nesterov": 0.0005,
        "nesterov paper": 0.0002, "adagrad": 0.2, "rmsprop": 0.02, "adadelta": 0.02,
        "adam": 0.1, "nadam": 0.1, "amsgrad": 0.1,
    },
    "himmelblau": {
        "gd": 0.01, "momentum": 0.005, "momentum paper": 0.002, "nesterov": 0.002,
        "nesterov paper": 0.002, "adagrad": 0.5, "rmsprop": 0.05, "adadelta": 0.05,
        "adam": 0.1, "nadam": 0.1, "amsgrad": 0.1,
    },
}  # fmt: skip


# What is tried on a reader's own function, with so many updates each.
_TRIED = tuple(mantissa * 10.0**power for power in range(-5, 1) for mantissa in (1, 2, 5))
_UPDATES = 100


def for_landscape(rule, landscape):
    """Return a rule with a step size that suits a landscape.

    From ``STEP_SIZES``; on a reader's own function, of 1, 2, 5 times a power of ten, the one that
    gets lowest in 100 updates without leaving the window.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> for_landscape(rule("gd"), LANDSCAPES["beale"])
    <rule gd, form lecture: eta=0.01>
    """
    if rule.step_size in (None, OWN_STEP_LENGTH):
        return rule
    if LANDSCAPES.get(landscape.id) is not landscape:
        return _search(rule, landscape)
    table = STEP_SIZES.get(landscape.id, {})
    value = table.get(f"{rule.id} {rule.form}", table.get(rule.id))
    return _search(rule, landscape) if value is None else with_step_size(rule, value)


def with_step_size(rule, value):
    """Return a rule with another step size.

    What the slides call alpha and beta both weigh a gradient, so they keep their proportion.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> with_step_size(rule("momentum"), 0.01)
    <rule momentum, form lecture: alpha=0.01, beta=0.009>
    """
    name = rule.step_size
    if name == "alpha":
        beta = float(f"{rule.values['beta'] * value / rule.values['alpha']:.6g}")
        return rule.bind(alpha=value, beta=beta)
    return rule.bind(**{name: value})


def _search(rule, landscape):
    best, lowest = rule, float("inf")
    for value in _TRIED:
        tried = with_step_size(rule, value)
        reached = _reached(tried, landscape)
        if reached < lowest:
            best, lowest = tried, reached
    return best


def _reached(rule, landscape):
    """Return the cost after some updates; infinity for a run that leaves the window."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        try:
            trace = descend(landscape, landscape.start, rule=rule, steps=_UPDATES, progress=False)
        except (ArithmeticError, ValueError):  # it stepped where the function has no value
            return float("inf")
    x_min, x_max, y_min, y_max = landscape.window
    x, y = trace.gather("before")["before"].T
    inside = (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)
    if trace.diverged is not None or not inside.all():
        return float("inf")
    return trace.losses[-1]
