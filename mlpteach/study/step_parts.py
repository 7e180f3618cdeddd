"""What a step is made of: the gradient where the rule looks, and what it remembers of older ones.

Any rule can be asked, a reader's own too, without a word on which rule it is: its lines are run
again on the recorded numbers, with nothing remembered.
"""

from collections.abc import Sequence

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.notation import SYMBOLS
from mlpteach.rules import RULES, Rule
from mlpteach.run.trace import Trace

# Quantities of a rule that looks elsewhere: where, and the gradient there.
_LOOK = ("W_ahead", "G_ahead")


def step_parts(trace: Trace) -> dict[str, FloatArray]:
    """Return arrows from W_k, each (len(trace), n), of a run without a schedule.

    Parameters
    ----------
    trace : Trace
        Of a plain function.

    Returns
    -------
    dict of str to ndarray
        ``"step"``: -rho_k. ``"descent"``: -eta g_k, the step of plain gradient descent, where the
        rule has a step size. ``"past"``: the part of the step that older gradients make, where the
        step is a sum of it and a rest. ``"look"``: to where the rule takes a gradient, if that is
        not W_k; and ``"look_lecture"`` or ``"look_paper"``: to where its other form would look.

    Examples
    --------
    >>> from mlpteach import LANDSCAPES, descend, rule
    >>> momentum = rule("momentum", "paper", eta=0.01, beta=0.9)
    >>> trace = descend(LANDSCAPES["valley"], [1.0, 1.0], rule=momentum, steps=2)
    >>> {name: arrow[1] for name, arrow in step_parts(trace).items()}
    {'step': array([-0.0189, -0.9   ]), 'descent': array([-0.0099, -0.    ]),
    'past': array([-0.009, -0.9  ])}
    """
    with np.errstate(all="ignore"):  # the last steps of a run that diverges
        return _parts(trace) if len(trace) else {}


def _parts(trace):
    rule = trace.run.rule
    remembered = _remembered(rule, trace.lines)
    states = rule.states if remembered else ()
    lines = [name for name in (*states, *_LOOK) if name in trace.lines]
    numbers = trace.gather("before", "gradient", "rho", *lines)
    parts = {"step": -numbers["rho"]}
    if rule.step_size in rule.values:
        parts["descent"] = -rule.values[rule.step_size] * numbers["gradient"]
    past = _past(trace, numbers, remembered)
    if past is not None:
        parts["past"] = past
    if "W_ahead" in numbers:
        parts["look"] = numbers["W_ahead"] - numbers["before"]
        parts |= _other_look(trace, numbers)
    return parts


def _remembered(rule: Rule, lines: Sequence[str]) -> list[str]:
    """Return the states of a rule that have the direction of older gradients.

    None of a rule whose lines can't be run again: it asks for costs, or for gradients elsewhere
    that it does not name.
    """
    known = not rule.looks_elsewhere or ("G_ahead" in lines and "objective" not in rule.needs)
    letters = {**SYMBOLS, **rule.letters}
    signed = {name for name, symbol in letters.items() if not symbol.never_negative}
    return [name for name in rule.states if known and name in signed | {"G_previous"}]


def _past(trace, numbers, remembered):
    """Return what older gradients add to W, (len(trace), n); None where the step is no such sum."""
    if not remembered:
        return None
    try:
        without, with_it, twice = (
            np.array([_rho(trace, numbers, i, remembered, share) for i in range(len(trace))])
            for share in (0.0, 1.0, 2.0)
        )
    except Exception:  # a reader's function that can't go without what it remembers
        return None
    is_sum = np.allclose(twice - with_it, with_it - without, rtol=1e-6, atol=1e-300)
    return without - with_it if is_sum else None


def _rho(trace, numbers, i, remembered, share):
    """Return rho of update i (from 0), had the rule remembered `share` of older gradients."""
    state = _state(trace, numbers, i)
    for name in remembered:
        state[name] = share * state[name]
    return _quantities(trace.run.rule, numbers, i, state)["rho"]


def _state(trace, numbers, i):
    """Return what update i (from 0) was handed."""
    rule = trace.run.rule
    if i == 0:
        return rule.initial_state(numbers["before"][0])
    source = {"G_previous": "gradient"}
    return {name: numbers[source.get(name, name)][i - 1] for name in rule.states}


def _quantities(rule, numbers, i, state):
    """Return the quantities of update i (from 0) from another state, with the gradients it had."""
    ahead = numbers.get("G_ahead", numbers["gradient"])[i]
    supplied = {
        "k": i + 1, "W": numbers["before"][i], "G": numbers["gradient"][i], "J": np.nan,
        "factor": 1.0, "gradient_at": lambda W: ahead,
    }  # fmt: skip
    return rule(supplied, state)


def _other_look(trace, numbers):
    """Return where the rule's other form would look, had it made the last step."""
    rule = trace.run.rule
    forms = RULES[rule.id].forms if rule.form != "own" else {}
    found = {}
    for name, other in forms.items():
        known = rule.step_size in rule.values and set(other.states) <= {"G_previous", "v"}
        if name == rule.form or not known:
            continue
        other = other.with_step_size(rule.values[rule.step_size])
        looks = []
        for i in range(len(trace)):
            last = _last(numbers, i)
            state = {state: last[state] for state in other.states}
            looks.append(_quantities(other, numbers, i, state)["W_ahead"] - numbers["before"][i])
        found[f"look_{name}"] = np.array(looks)
    return found


def _last(numbers, i):
    """Return the last gradient, and the last step as a velocity; zeros before the first."""
    if i == 0:
        nothing = np.zeros_like(numbers["before"][0])
        return {"G_previous": nothing, "v": nothing}
    return {"G_previous": numbers["gradient"][i - 1], "v": numbers["rho"][i - 1]}
