"""What an update rule is: a plain function of arrays, and the record that describes it.

A rule's function says how far W moves at update k. Its parameters tell what it needs:

- ``k`` the number of the update, from 1; ``W`` the parameters; ``G`` and ``J`` gradient and cost
  there; ``gradient_at(W)`` and ``objective(W) -> (J, gradient)`` for rules that look elsewhere;
- any other parameter without a default is *state* (``M``, ``V``): zeros before the first update,
  then what the function returned under that name. ``G_previous`` is the last update's ``G``;
- keyword-only parameters, and those with a default, are hyper-parameters.

It returns ``Quantities(...)`` (or a dict) with every named quantity in the order of the formula's
lines, ``rho`` among them: W_{k+1} = W_k - rho_k.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mlpteach.basics.arguments import (
    OWN_STEP_LENGTH,
    POSITIVE,
    Interval,
    check_choice,
    check_flag,
    check_number,
    describe,
)

FORMS = ("lecture", "paper")
SUPPLIED = ("k", "W", "G", "J", "gradient_at", "objective")
# Names that a step of the trace has already; a reader's quantity may not hide them.
RESERVED = (
    *("k", "epoch", "batch", "loss", "A", "Z", "sensitivity"),
    *("before", "after", "gradient", "factor", "W"),
)
RULES = {}


class Quantities(dict):
    """The named quantities of one update, in the order of the formula's lines.

    Examples
    --------
    >>> list(Quantities(M=1.0, rho=0.1))
    ['M', 'rho']
    """


@dataclass(frozen=True)
class Hyper:
    """A hyper-parameter: its default, its slider (low … high) and the interval it may lie in.

    With `whole` only whole numbers are allowed (kept as floats).
    """

    default: float
    low: float
    high: float
    log: bool = False
    allowed: Interval = POSITIVE
    whole: bool = False

    def check(self, name, given):
        number = check_number(name, given, self.allowed)
        if self.whole and not number.is_integer():
            raise ValueError(f"{name} must be a whole number in {self.allowed}; given {number:g}.")
        return number


@dataclass(frozen=True)
class Switch:
    """A hyper-parameter that is on or off."""

    default: bool

    def check(self, name, given):
        return check_flag(name, given)


@dataclass(frozen=True)
class Rule:
    """An update rule with values for its hyper-parameters.

    Attributes
    ----------
    id : str
        Id in ``RULES``, or the name of the reader's own function.
    form : str
        "lecture" (as the slide), "paper" (as published) or "own" (the reader's function).
    function : callable
        See this module's docstring.
    source : str
        Slide or paper.
    differs : str
        What the two forms do differently, in words.
    hypers : dict of str to Hyper or Switch
    values : dict of str to float or bool
    needs : tuple of str
        Positional parameters of `function`, in order.
    initial : callable, optional
        theta -> state before the first update, for state that is not shaped like theta.
    check : callable, optional
        values -> None; raises ValueError for values that do not go together.
    own_step_length : bool
        Whether the rule finds the length of each step itself, so that no schedule may change it.
    """

    id: str
    form: str
    function: Callable
    source: str
    differs: str
    hypers: dict
    values: dict
    needs: tuple
    initial: Callable | None = None
    check: Callable | None = None
    own_step_length: bool = False

    @cached_property
    def states(self):
        """Names of the arrays that one update hands to the next."""
        return tuple(name for name in self.needs if name not in SUPPLIED)

    @property
    def step_size(self):
        """Name of the hyper-parameter that is the step size, None where there is none.

        OWN_STEP_LENGTH, which is no hyper-parameter, for rules that find their step length.
        """
        if self.own_step_length:
            return OWN_STEP_LENGTH
        return next((name for name in ("eta", "alpha") if name in self.hypers), None)

    def bind(self, **given):
        """Return this rule with other values; ValueError or TypeError for those not allowed."""
        for name in given:
            if name not in self.hypers:
                check_choice(f"hyper-parameter of {self}", name, tuple(self.hypers))
        checked = {name: self.hypers[name].check(name, value) for name, value in given.items()}
        values = {**self.values, **checked}
        if self.check is not None:
            self.check(values)
        return replace(self, values=values)

    @cached_property
    def looks_elsewhere(self):
        """Whether the rule asks for cost or gradient at other places than W."""
        return not {"gradient_at", "objective"}.isdisjoint(self.needs)

    def initial_state(self, theta):
        """Return the state before the first update."""
        if self.initial is not None:
            return self.initial(theta)
        return {name: np.zeros_like(theta) for name in self.states}

    def __call__(self, supplied, state):
        """Return the `Quantities` of one update.

        Parameters
        ----------
        supplied : dict
            Name -> value of the names in ``SUPPLIED`` that the rule needs; taken over.
        state : dict
            Name -> array of every name in ``self.states``.
        """
        supplied.update(state)
        return self.function(*map(supplied.__getitem__, self.needs), **self.values)

    def next_state(self, quantities, G):
        """Return what the next update needs of this one."""
        return {name: G if name == "G_previous" else quantities[name] for name in self.states}

    def __str__(self):
        return f"{self.id} ({self.form})"

    def __repr__(self):
        values = ", ".join(f"{name}={value:g}" for name, value in self.values.items())
        return f"<rule {self.id}, form {self.form}: {values}>"


@dataclass(frozen=True)
class Optimizer:
    """One optimizer with the forms it has.

    Attributes
    ----------
    id, title : str
    forms : dict of str to Rule
        "lecture" and "paper", the first is the default; AMSGrad and L-BFGS have no lecture form.
    """

    id: str
    title: str
    forms: dict

    @property
    def default(self):
        return next(iter(self.forms.values()))


def define(
    id,
    *,
    title,
    form,
    source,
    differs="",
    initial=None,
    check=None,
    own_step_length=False,
    **hypers,
):
    """Enter the decorated function in ``RULES``; `form` may be both, ("lecture", "paper")."""

    def enter(function):
        optimizer = RULES.setdefault(id, Optimizer(id, title, {}))
        for name in (form,) if isinstance(form, str) else form:
            optimizer.forms[name] = Rule(
                id=id,
                form=name,
                function=function,
                source=source,
                differs=differs,
                hypers=hypers,
                values={name: hyper.default for name, hyper in hypers.items()},
                needs=_positional(function),
                initial=initial,
                check=check,
                own_step_length=own_step_length,
            )
        return function

    return enter


def rule(id, form=None, **values):
    """Return an update rule, ready for :func:`mlpteach.train` and :func:`mlpteach.descend`.

    Parameters
    ----------
    id : str, callable or Rule
        An id of ``mlpteach.RULES``, your own function with a rule's signature, or a rule to change.
    form : {"lecture", "paper"}, optional
        As the slide writes it or as published. By default the slide's form; AMSGrad and L-BFGS are
        on no slide and have only "paper".
    **values
        Hyper-parameters, such as ``eta=0.01``.

    Raises
    ------
    ValueError, TypeError
        For an unknown id, form or hyper-parameter, or a value outside its interval.

    Examples
    --------
    >>> rule("adam", form="paper", eta=0.01)
    <rule adam, form paper: eta=0.01, beta1=0.9, beta2=0.999, eps=1e-08, bias_correction=1>
    """
    if isinstance(id, Rule) and form is None:
        return id.bind(**values)
    if callable(id):
        if form is not None:
            what = "Rule" if isinstance(id, Rule) else "function"
            raise ValueError(
                f"form is for the ids of mlpteach.RULES; given {form!r} with a {what}."
            )
        return from_function(id, **values)
    optimizer = RULES[check_choice("rule", id, tuple(RULES))]
    if form is None:
        return optimizer.default.bind(**values)
    check_choice("form", form, FORMS)
    if form not in optimizer.forms:
        raise ValueError(
            f"{id} is on no slide, so it has no {form!r} form; "
            f"allowed: {', '.join(optimizer.forms)}."
        )
    return optimizer.forms[form].bind(**values)


def as_rule(given):
    """Return a :class:`Rule` for an id, a Rule or a reader's own function."""
    return given if isinstance(given, Rule) else rule(given)


def from_function(function, **values):
    """Make a :class:`Rule` of a reader's own function; see this module's docstring."""
    name = getattr(function, "__name__", type(function).__name__)
    parameters = _parameters(function)
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        raise TypeError(
            f"{name} must name its parameters one by one; given * or ** in its signature."
        )
    hypers = {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY or p.default is not p.empty}
    unknown = set(values) - set(hypers)
    if unknown:
        raise ValueError(
            f"{name} has no hyper-parameter {sorted(unknown)[0]!r}; "
            f"it has: {', '.join(hypers) or 'none'}."
        )
    own = {p.name: p.default for p in hypers.values() if p.default is not p.empty}
    defaults = _defaults_of_relative(set(hypers)) or _defaults_of_relative(set(hypers) - set(own))
    chosen = {**defaults, **own, **values}
    for parameter in hypers:
        if parameter not in chosen:
            raise TypeError(
                f"{name} needs a value for {parameter}: give it a default, or use "
                f"mlpteach.rule({name}, {parameter}=...)."
            )
    chosen = {parameter: chosen[parameter] for parameter in hypers}
    own_hypers = {parameter: _own_hyper(parameter, value) for parameter, value in chosen.items()}
    needs = _positional(function)
    if "G" not in needs and ("W" not in needs or {"gradient_at", "objective"}.isdisjoint(needs)):
        raise TypeError(
            f"{name} must take the gradient G, as in {name}(k, G, M, V, *, eta); "
            f"given the parameters ({', '.join(needs)})."
        )
    return Rule(
        id=name,
        form="own",
        function=_guarded(function, name, needs),
        source="the reader's own function",
        differs="",
        hypers=own_hypers,
        values=chosen,
        needs=needs,
    )


def _parameters(function):
    """Return the parameters of a reader's rule; TypeError for classes and built-in functions."""
    if not (isinstance(function, (type, np.ufunc)) or inspect.isbuiltin(function)):
        try:
            return inspect.signature(function).parameters.values()
        except (TypeError, ValueError):  # nothing written in Python
            pass
    raise TypeError(
        f"a rule must be a function like my_rule(k, G, M, V, *, eta); given {describe(function)}."
    )


def _own_hyper(name, value):
    if isinstance(value, bool):
        return Switch(value)
    value = check_number(name, value, Interval())
    return Hyper(value, low=min(0.0, value), high=10 * abs(value), allowed=Interval())


def _defaults_of_relative(names):
    """Defaults of the first rule in RULES that has all these hyper-parameters."""
    for optimizer in RULES.values():
        for relative in optimizer.forms.values():
            if names <= set(relative.hypers):
                return {name: hyper.default for name, hyper in relative.hypers.items()}
    return {}


def _positional(function):
    parameters = inspect.signature(function).parameters.values()
    return tuple(
        p.name for p in parameters if p.kind is not p.KEYWORD_ONLY and p.default is p.empty
    )


def _guarded(function, name, needs):
    """Wrap a reader's function: it may not harm the record, and its mistakes are explained."""
    states = [state for state in needs if state not in SUPPLIED and state != "G_previous"]

    def guarded(*arguments, **values):
        k = dict(zip(needs, arguments, strict=True)).get("k")
        where = "" if k is None else f"at update k = {k} "
        # Copies, so that arrays changed in place stay the reader's own affair.
        own = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
        try:
            returned = function(*own, **values)
        except Exception as error:
            error.add_note(f"raised in your rule {name!r} {where}".rstrip())
            raise
        shape = next(a.shape for a in arguments if isinstance(a, np.ndarray))
        return _checked_return(returned, name, where, states, shape)

    guarded.__wrapped__ = function
    return guarded


def _checked_return(returned, name, where, states, shape):
    wanted = ", ".join(f"{state}={state}" for state in [*states, "rho"])
    if not isinstance(returned, dict):
        raise TypeError(
            f"{name} must return Quantities({wanted}) or a dict; {where}it returned "
            f"{describe(returned)}."
        )
    reserved = next((quantity for quantity in returned if quantity in RESERVED), None)
    if reserved is not None:
        raise ValueError(
            f"{name} must not return a quantity named {reserved!r}; {where}it returned "
            f"{', '.join(map(str, returned))}. Reserved for the trace: {', '.join(RESERVED)}."
        )
    for quantity in [*states, "rho"]:
        if quantity not in returned:
            raise ValueError(
                f"{name} must return {quantity} (Quantities({wanted})); {where}it "
                f"returned {', '.join(map(str, returned)) or 'nothing'}."
            )
    checked = Quantities()
    for quantity, value in returned.items():
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            array = np.array(None)
        if array.dtype.kind not in "iuf" or (array.shape != shape and array.ndim):
            raise ValueError(
                f"{quantity} returned by {name} must be an array of floats with W's shape {shape}; "
                f"{where}it was {describe(value)}."
            )
        checked[quantity] = np.array(np.broadcast_to(array, shape), dtype=float)
    return checked
