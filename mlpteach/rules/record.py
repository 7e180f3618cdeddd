"""What an update rule is: a plain function of arrays, and the record that describes it.

A rule's function says how far W moves at update k. Its parameters tell what it needs:

- ``k`` the number of the update, from 1; ``W`` the parameters; ``G`` and ``J`` gradient and cost
  there; ``gradient_at(W)`` and ``objective(W) -> (J, gradient)`` for rules that look elsewhere;
- ``factor`` is what the schedule will multiply ``rho`` with (eta_k/eta), for a rule that tries a
  step before it makes it;
- ``layout`` says where the layers' matrices lie in these vectors: ``layout.matrices(G)`` is the
  list [(W1, b1), (W2, b2), …] of views of G, W^(l) (n_out, n_in) and b^(l) a column (n_out, 1); to
  write into a view is to write into the vector (see ``basics/parameters.py``). A plain function has
  no layers: there a rule that asks for them is refused;
- any other parameter without a default is *state* (``M``, ``V``): before the first update zeros, or
  the value of the hyper-parameter of that name with a 0 behind it (``delta0`` for ``delta``); then
  what the function returned under that name. ``G_previous`` is the last update's ``G``;
- keyword-only parameters, and those with a default, are hyper-parameters.

It returns ``Quantities(...)`` (or a dict) with every named quantity in the order of the formula's
lines, ``rho`` among them: W_{k+1} = W_k - rho_k. A schedule multiplies ``rho`` with its factor.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, wraps
from typing import Any, Self, TypeVar

import numpy as np

from mlpteach.basics.arguments import (
    OWN_STEP_LENGTH,
    Interval,
    check_choice,
    check_number,
    describe,
    numbers_or_none,
)
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.hyper import Hyper, Switch, check_values
from mlpteach.basics.notation import SYMBOLS
from mlpteach.basics.record import Record

FORMS = ("lecture", "paper")
SUPPLIED = ("k", "W", "G", "J", "gradient_at", "objective", "factor", "layout")
# Names that a step of the trace has already; a reader's quantity may not hide them.
RESERVED = (
    *("k", "epoch", "batch", "loss", "A", "Z", "sensitivity"),
    *("before", "after", "gradient", "factor", "W", "quantities", "state_before"),
)
RULES: Entries["Optimizer"] = Entries()


RuleFunction = TypeVar("RuleFunction", bound=Callable[..., Any])


class Quantities(dict[str, Any]):
    """The named quantities of one update, in the order of the formula's lines.

    Examples
    --------
    >>> list(Quantities(M=1.0, rho=0.1))
    ['M', 'rho']
    """


@dataclass(frozen=True, kw_only=True)
class Rule(Record):
    """An update rule with values for its hyper-parameters.

    Attributes
    ----------
    id : str
        Id in ``RULES``, or the name of the reader's own function.
    title, short_title, source, style, letters, beyond_lecture
        As in :class:`Record`.
    form : str
        "lecture" (as the slide), "paper" (as published) or "own" (the reader's function).
    function : callable
        See this module's docstring.
    differs : str
        What the two forms do differently, in words.
    hypers : dict of str to Hyper or Switch
    values : dict of str to float or bool
    needs : tuple of str
        Positional parameters of `function`, in order.
    initial : callable, optional
        (theta, values) -> state before the first update, for state that is not shaped like theta,
        or that starts elsewhere than at 0; `values` are those of the hyper-parameters.
    check : callable, optional
        values -> None; raises ValueError for values that do not go together.
    own_step_length : bool
        Whether the rule finds the length of each step itself, so that no schedule may change it.
    step_sizes : dict of str to float
        Step sizes chosen by hand, by a landscape's id: of 1, 2, 5 times a power of ten one of the
        largest with which the rule stays on the map, from the landscape's own start. Elsewhere
        they are searched.
    """

    form: str
    function: Callable[..., Any]
    differs: str = ""
    hypers: dict[str, Hyper | Switch]
    values: dict[str, float]
    needs: tuple[str, ...]
    initial: Callable[[FloatArray, dict[str, float]], dict[str, Any]] | None = None
    check: Callable[[dict[str, float]], None] | None = None
    own_step_length: bool = False
    step_sizes: dict[str, float] = field(default_factory=dict)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the arrays that one update hands to the next."""
        return tuple(name for name in self.needs if name not in SUPPLIED)

    @property
    def step_size(self) -> str | None:
        """Name of the hyper-parameter that is the step size, None where there is none.

        OWN_STEP_LENGTH, which is no hyper-parameter, for rules that find their step length.
        """
        if self.own_step_length:
            return OWN_STEP_LENGTH
        return next((name for name in ("eta", "alpha") if name in self.hypers), None)

    @property
    def tuned(self) -> str | None:
        """Name of the hyper-parameter by which :meth:`with_step_size` sets how far the steps go.

        The step size; where a rule has none, what else decides it (Zeiler's eps); None for a rule
        that finds its own step length.
        """
        if self.own_step_length:
            return None
        lengths = (name for name in self.hypers if self._step_power(name))
        return self.step_size or next(lengths, None)

    def _step_power(self, name):
        return 1 if name == self.step_size else self.hypers[name].step_power

    def with_step_size(self, size: float) -> Self:
        """Return this rule with another step size, and what changes with it; see ``Hyper``.

        Examples
        --------
        >>> from mlpteach.rules import rule
        >>> rule("momentum").with_step_size(0.01)
        <rule momentum, form lecture: alpha=0.01, beta=0.009>
        """
        tuned = self.tuned
        if tuned is None:
            raise ValueError(f"{self} has no step size that could be set.")
        values = {tuned: size ** self._step_power(tuned)}
        for name in self.hypers:
            if name != tuned and self._step_power(name):
                proportion = self.values[name] / (self.values[tuned] or 1.0)
                # Without the last digits: 0.009 rather than 0.0089999999999999993.
                values[name] = float(f"{proportion * values[tuned]:.12g}")
        return self.bind(**values)

    def bind(self, **given: float) -> Self:
        """Return this rule with other values; ValueError or TypeError for those not allowed."""
        values = {**self.values, **check_values(self, self.hypers, given)}
        if self.check is not None:
            self.check(values)
        return replace(self, values=values)

    @property
    def needs_layers(self) -> bool:
        """Whether the rule works on matrices, so that it can't descend a plain function."""
        return "layout" in self.needs

    @cached_property
    def looks_elsewhere(self) -> bool:
        """Whether the rule asks for cost or gradient at other places than W."""
        return not {"gradient_at", "objective"}.isdisjoint(self.needs)

    def initial_state(self, theta: FloatArray) -> dict[str, Any]:
        """Return the state before the first update."""
        if self.initial is not None:
            return self.initial(theta, self.values)
        starts = {name: self.values.get(f"{name}0", 0.0) for name in self.states}
        return {name: np.full_like(theta, start) for name, start in starts.items()}

    def __call__(self, supplied: dict[str, Any], state: dict[str, Any]) -> Quantities:
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

    def next_state(self, quantities: Quantities, G: FloatArray) -> dict[str, Any]:
        """Return what the next update needs, in arrays of its own: that of G is filled anew."""
        known = {**quantities, "G_previous": G}
        return {name: _apart(known[name], G) for name in self.states}

    def __str__(self) -> str:
        return f"{self.id} ({self.form})"

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:g}" for name, value in self.values.items())
        return f"<rule {self.id}, form {self.form}: {values}>"


def _apart(value, G):
    """Return a copy of what is G, or a view of it; anything else as it is."""
    return value.copy() if value is G or getattr(value, "base", None) is G else value


@dataclass(frozen=True, kw_only=True, repr=False)
class Optimizer(Record):
    """One optimizer with the forms it has; made by :func:`define`.

    Attributes
    ----------
    forms : dict of str to Rule
        "lecture" and "paper", the first is the default; what is on no slide has no lecture form.
    order : float
        Its place in ``RULES``: the slides' order, then all that has none, by id.
    """

    forms: dict[str, Rule] = field(default_factory=dict)
    order: float = math.inf

    @property
    def default(self) -> Rule:
        return next(iter(self.forms.values()))

    def form(
        self,
        form: str | tuple[str, ...],
        *,
        source: str,
        differs: str = "",
        dash: str | None = None,
        initial: Callable[..., Any] | None = None,
        check: Callable[..., Any] | None = None,
        own_step_length: bool = False,
        step_sizes: dict[str, float] | None = None,
        **hypers: Hyper | Switch,
    ) -> Callable[[RuleFunction], RuleFunction]:
        """Enter the decorated function as one form, or as both: ("lecture", "paper").

        Parameters
        ----------
        form : str or tuple of str
        source, differs, initial, check, own_step_length, step_sizes
            As in :class:`Rule`.
        dash : str, optional
            The dashes of this form's line, where they are not those of the optimizer's style.
        **hypers : Hyper or Switch
            A name and its hyper-parameter.
        """
        forms = (form,) if isinstance(form, str) else form
        for name in forms:
            check_choice("form", name, FORMS)
        for name, hyper in hypers.items():
            if not isinstance(hyper, (Hyper, Switch)):
                raise TypeError(f"{name} must be a Hyper or a Switch; given {describe(hyper)}.")
        style = self.style if dash is None else replace(self.style, dash=dash)

        def enter(function):
            for name in forms:
                self.forms[name] = Rule(
                    id=self.id,
                    title=self.title,
                    short_title=self.short_title,
                    form=name,
                    function=function,
                    source=source,
                    style=style,
                    letters=self.letters,
                    beyond_lecture=self.beyond_lecture,
                    differs=differs,
                    hypers=hypers,
                    values={name: hyper.default for name, hyper in hypers.items()},
                    needs=_positional(function),
                    initial=initial,
                    check=check,
                    own_step_length=own_step_length,
                    step_sizes=step_sizes or {},
                )
            return function

        return enter


RuleLike = str | Rule | Optimizer | Callable[..., Any]


def define(id: str, **attributes: Any) -> Optimizer:
    """Enter a new :class:`Optimizer` in ``RULES`` and return it; its forms follow.

    Examples
    --------
    The whole file of an optimizer::

        optimizer = define(
            "signed",
            title="Signed gradient descent",
            letters={"delta": Symbol("δ", "size of the step", shape="")},
            beyond_lecture=True,
        )

        @optimizer.form("paper", source="Riedmiller & Braun 1993", delta=Hyper(0.01, 1e-4, 1.0))
        def signed(k, G, *, delta):
            rho = delta * np.sign(G)
            return Quantities(rho=rho)
    """
    RULES[id] = Optimizer(id=id, **attributes)
    return RULES[id]


def rule(id: RuleLike, form: str | None = None, **values: float) -> Rule:
    """Return an update rule, ready for :func:`mlpteach.train` and :func:`mlpteach.descend`.

    Parameters
    ----------
    id : str, callable, Optimizer or Rule
        An id of ``mlpteach.RULES``, an entry of it, a rule to change, or your own function: see the
        notes.
    form : {"lecture", "paper"}, optional
        As the slide writes it or as published. By default the slide's form; AMSGrad and L-BFGS are
        on no slide and have only "paper".
    **values
        Hyper-parameters, such as ``eta=0.01``.

    Raises
    ------
    ValueError, TypeError
        For an unknown id, form or hyper-parameter, or a value outside its interval.

    Notes
    -----
    A function of your own is given what its parameters ask for: ``k`` (the update, from 1), ``W``,
    ``G`` and ``J`` there, ``G_previous``, ``gradient_at(W)``, ``objective(W) -> (J, gradient)``,
    ``layout`` (``layout.matrices(G)`` is [(W1, b1), …], views of G by layer), ``factor`` (eta_k/eta
    of the schedule). Any other parameter is a state: at first zeros, or the hyper-parameter of its
    name with a 0 behind it, then what was returned under that name. Parameters with a default or
    behind a ``*`` are hyper-parameters. It returns a dict or ``mlpteach.Quantities`` of arrays,
    ``rho`` among them: W_{k+1} = W_k - rho_k.

    Examples
    --------
    >>> def rprop(k, G, G_previous, step, *, step0=0.1):
    ...     step = np.where(G * G_previous < 0, 0.5 * step, 1.2 * step)
    ...     return Quantities(step=step, rho=np.sign(G) * step)
    >>> rule(rprop, step0=0.01)
    <rule rprop, form own: step0=0.01>
    >>> rule("adam", form="paper", eta=0.01)
    <rule adam, form paper: eta=0.01, beta1=0.9, beta2=0.999, eps=1e-08, bias_correction=1>
    """
    if isinstance(id, Rule) and form is None:
        return id.bind(**values)
    if isinstance(id, Rule) or (callable(id) and not isinstance(id, Record)):
        if form is not None:
            what = "Rule" if isinstance(id, Rule) else "function"
            raise ValueError(
                f"form is for the ids of mlpteach.RULES; given {form!r} with a {what}."
            )
        return from_function(id, **values)
    optimizer = id if isinstance(id, Optimizer) else RULES[check_choice("rule", id, tuple(RULES))]
    if form is None:
        return optimizer.default.bind(**values)
    check_choice("form", form, FORMS)
    if form not in optimizer.forms:
        raise ValueError(
            f"{optimizer.id} is on no slide, so it has no {form!r} form; "
            f"allowed: {', '.join(optimizer.forms)}."
        )
    return optimizer.forms[form].bind(**values)


def as_rule(given: RuleLike) -> Rule:
    """Return a :class:`Rule` for an id, a Rule or a reader's own function."""
    return given if isinstance(given, Rule) else rule(given)


def from_function(function: Callable[..., Any], **values: float) -> Rule:
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
    powers = _step_powers_of_relative(set(hypers))
    own_hypers = {
        parameter: _own_hyper(parameter, value, powers.get(parameter, 0))
        for parameter, value in chosen.items()
    }
    needs = _positional(function)
    for state in needs:
        if state not in SUPPLIED:
            _check_quantity_name(name, state, f"; its parameters are ({', '.join(needs)})")
    if "G" not in needs and ("W" not in needs or {"gradient_at", "objective"}.isdisjoint(needs)):
        raise TypeError(
            f"{name} must take the gradient G, as in {name}(k, G, M, V, *, eta); "
            f"given the parameters ({', '.join(needs)})."
        )
    # Wrapped for inspect: where the source is.
    guarded = wraps(function)(partial(_guarded, function, name, needs))
    return Rule(
        id=name,
        title=name,
        form="own",
        function=guarded,
        source="the reader's own function",
        letters=_letters_of_relatives(),
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


def _own_hyper(name, value, step_power):
    if isinstance(value, bool):
        return Switch(value)
    value = check_number(name, value, Interval())
    return Hyper(
        value,
        low=min(0.0, value),
        high=10 * abs(value),
        allowed=Interval(),
        step_power=step_power,
    )


def _defaults_of_relative(names):
    """Defaults of the first rule in RULES that has all these hyper-parameters."""
    for optimizer in RULES.values():
        for relative in optimizer.forms.values():
            if names <= set(relative.hypers):
                return {name: hyper.default for name, hyper in relative.hypers.items()}
    return {}


def _step_powers_of_relative(names):
    """Step powers of the first rule in RULES that has these hyper-parameters and no others."""
    for optimizer in RULES.values():
        for relative in optimizer.forms.values():
            if names == set(relative.hypers):
                return {name: hyper.step_power for name, hyper in relative.hypers.items()}
    return {}


def _letters_of_relatives():
    """Letters of the entries of RULES for what the slides have none for; the first entry's wins."""
    relatives = reversed(RULES.values())
    letters = {name: sign for known in relatives for name, sign in known.letters.items()}
    return {name: sign for name, sign in letters.items() if name not in SYMBOLS}


def _positional(function):
    parameters = inspect.signature(function).parameters.values()
    return tuple(
        p.name for p in parameters if p.kind is not p.KEYWORD_ONLY and p.default is p.empty
    )


def _guarded(function, name, needs, /, *arguments, **values):
    """Call a reader's function: it may not harm the record, and its mistakes are explained."""
    given = dict(zip(needs, arguments, strict=True))
    where = f"at update k = {given['k']} " if "k" in given else ""
    # Copies, so that arrays changed in place stay the reader's own affair.
    own = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        returned = function(*own, **values)
    except Exception as error:
        error.add_note(f"raised in your rule {name!r} {where}".rstrip())
        raise
    states = [state for state in needs if state not in (*SUPPLIED, "G_previous")]
    shape = next(a.shape for a in arguments if isinstance(a, np.ndarray))
    return _checked_return(returned, name, where, states, shape)


def _check_quantity_name(name, quantity, returned):
    """Raise ValueError for a name that could not be read as ``step.quantity``."""
    if quantity in RESERVED:
        raise ValueError(
            f"{name} must not return a quantity named {quantity!r}{returned}. Reserved for the "
            f"trace: {', '.join(RESERVED)}."
        )
    if not isinstance(quantity, str) or not quantity.isidentifier() or quantity.startswith("_"):
        raise ValueError(
            f"{name} must name its quantities like variables of Python that begin with a letter"
            f"{returned}."
        )


def _checked_return(returned, name, where, states, shape):
    wanted = ", ".join(f"{state}={state}" for state in [*states, "rho"])
    if not isinstance(returned, dict):
        raise TypeError(
            f"{name} must return Quantities({wanted}) or a dict; {where}it returned "
            f"{describe(returned)}."
        )
    said = f"; {where}it returned {', '.join(map(str, returned)) or 'nothing'}"
    for quantity in [*states, "rho"]:
        if quantity not in returned:
            raise ValueError(f"{name} must return {quantity} (Quantities({wanted})){said}.")
    for quantity in returned:
        _check_quantity_name(name, quantity, said)
    checked = Quantities()
    for quantity, value in returned.items():
        array = numbers_or_none(value)
        if array is None or array.dtype.kind == "b" or (array.shape != shape and array.ndim):
            raise ValueError(
                f"{quantity} returned by {name} must be an array of floats with W's shape {shape}; "
                f"{where}it was {describe(value)}."
            )
        checked[quantity] = np.array(np.broadcast_to(array, shape), dtype=float)
    return checked
