"""Activations and initialization: two deep networks side by side, signal by signal."""

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from mlpteach.basics.arguments import check_choice, check_count, check_floats, describe
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Slider
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import Rule, as_rule
from mlpteach.rules import rule as rule_of
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.signals import measure, moments
from mlpteach.study.starting_data import check_data, outputs_for
from mlpteach.views.panels import Show
from mlpteach.views.signals import definitions, signal_panels, signal_series

DEEPEST, MOST_UNITS = 10, 1000
# Runs kept, so that one changed control trains one network and a control put back none.
_KEPT = 12
_ACTIVATIONS = {
    "sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "silu": "SiLU", "linear": "linear",
}  # fmt: skip
_INITS = {
    "uniform": "uniform", "nielsen": "Nielsen", "glorot": "Glorot", "he": "He", "zeros": "zeros",
}  # fmt: skip


def activations(
    X=None,
    y=None,
    *,
    a=("sigmoid", "uniform"),
    b=("relu", "he"),
    depth=6,
    units=30,
    output="sigmoid",
    loss="cross_entropy",
    rule=None,
    epochs=3,
    batch_size=32,
    seed=1,
    instances=200,
):
    """Show how signals fare in two deep networks: A forwards, sensitivity and gradient backwards.

    Both are trained by the same rule on the same mini-batches; only activation and first weights
    differ. Distributions, saturation and dead units are measured before updates 1, 2, 3 …, then
    before every 16th or later, and before the last one.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    a, b : (str, str)
        Activation of the hidden layers (sigmoid, tanh, relu, silu, linear) and initializer (id of
        ``mlpteach.INITIALIZERS``) of the two networks.
    depth : int
        Number of hidden layers, 1 … 10.
    units : int
        Units of each hidden layer.
    output, loss, epochs, batch_size
        As for :class:`mlpteach.MLP` and :func:`mlpteach.train`.
    rule : str, Rule or callable, optional
        As for :func:`mlpteach.train`; by default momentum as published with eta = 0.01.
    seed : int
        Decides the weights drawn and the order of the instances.
    instances : int
        How many rows of X, spread evenly over it, are measured.

    Returns
    -------
    Player
        A widget; ``.traces`` holds both runs.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, before anything is drawn.

    Examples
    --------
    >>> from mlpteach import datasets
    >>> dashboard = activations(*datasets.moons(n=60), depth=2, units=5, epochs=1)
    >>> list(dashboard.traces)
    ['A: sigmoid, uniform', 'B: ReLU, He']
    >>> dashboard.configure(**{"b.activation": "silu"})

    References
    ----------
    Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks. AISTATS.

    He, K. et al. (2015). Delving deep into rectifiers. ICCV.
    """
    X, y = check_data(X, y)
    settings = {"a": _check_setting("a", a), "b": _check_setting("b", b)}
    sizes = (
        check_floats("X", X, ndim=2).shape[1],
        *[check_count("units", units, maximum=MOST_UNITS)] * _check_depth(depth),
        outputs_for(y),
    )
    net = MLP(sizes, output=output, seed=seed)
    X, _, _, _ = net.check_problem(X, y, loss, 0.0)
    instances = min(check_count("instances", instances), len(X))
    experiment = Experiment(
        X=X,
        y=np.asarray(y),
        rows=np.linspace(0, len(X) - 1, instances).round().astype(int),
        net=net,
        rule=_default_rule() if rule is None else as_rule(rule),
        options={"loss": loss, "epochs": epochs, "batch_size": batch_size, "seed": seed},
    )
    sliders, hypers = hyper_controls([experiment.rule], f"{experiment.rule.id}.")
    names = [f"{side}.{name}" for side in settings for name in ("activation", "init")]
    values = dict(zip(names, (*settings["a"], *settings["b"]), strict=True))
    return Player(
        partial(_show, experiment, lru_cache(_KEPT)(experiment.run)),
        [*_controls(), *sliders],
        {**values, "depth": depth, **hypers},
        "Activations and initialization",
        "activations",
    )


def _default_rule():
    return rule_of("momentum", form="paper", eta=0.01)


def _check_setting(name, given):
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise TypeError(
            f"{name} must be a pair (activation, initializer) such as ('relu', 'he'); "
            f"given {describe(given)}."
        )
    activation = check_choice(f"the activation of {name}", given[0], tuple(_ACTIVATIONS))
    return activation, check_choice(f"the initializer of {name}", given[1], tuple(_INITS))


def _check_depth(given):
    return check_count("depth", given, maximum=DEEPEST)


def _controls():
    controls = []
    for side in ("a", "b"):
        controls.append(Choice(f"{side}.activation", f"{side.upper()}: φ", _ACTIVATIONS))
        controls.append(Choice(f"{side}.init", f"{side.upper()}: first W", _INITS))
    return [*controls, Slider("depth", "hidden layers", 1, DEEPEST, whole=True)]


@dataclass(frozen=True, eq=False)
class Experiment:
    """All that both networks have in common.

    Attributes
    ----------
    X, y : ndarray
    rows : ndarray of int
        Of X, those that are measured.
    net : MLP
        Its sizes (but for the depth), output and seed are used.
    rule : Rule
    options : dict
        Of :func:`mlpteach.train`.
    """

    X: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    net: MLP
    rule: Rule
    options: dict

    def run(self, activation, init, depth, rule_values):
        """Train one network; return its trace and what was measured on the way.

        Parameters
        ----------
        activation, init : str
        depth : int
        rule_values : tuple of (str, float)
            Names of the rule's controls and their values.
        """
        inputs, units, outputs = self.net.sizes[0], self.net.sizes[1], self.net.sizes[-1]
        net = MLP((inputs, *[units] * depth, outputs), hidden=activation, output=self.net.output,
                  init=init, seed=self.net.seed)  # fmt: skip
        rule = bind(self.rule, [self.rule], f"{self.rule.id}.", dict(rule_values))
        trace = quietly(train, net, self.X, self.y, rule=rule, **self.options)
        ks = moments(trace.planned)
        return trace, measure(trace, self.X[self.rows], self.y[self.rows], ks)


def _show(experiment, run, values):
    """Train both networks with the controls' values and collect what the page needs."""
    settings = {side: (values[f"{side}.activation"], values[f"{side}.init"]) for side in ("a", "b")}
    depth = _check_depth(values["depth"])
    prefix = f"{experiment.rule.id}."
    rule_values = tuple((name, values[name]) for name in values if name.startswith(prefix))
    runs = {side: run(*setting, depth, rule_values) for side, setting in settings.items()}
    names = {
        side: f"{side.upper()}: {_ACTIVATIONS[activation]}, {_INITS[init]}"
        for side, (activation, init) in settings.items()
    }
    ended = {names[side]: trace.diverged for side, (trace, _) in runs.items() if trace.diverged}
    measured = {side: signals for side, (_, signals) in runs.items()}
    series = signal_series(measured)
    return Show(
        traces={names[side]: trace for side, (trace, _) in runs.items()},
        steps=len(series["update"]),
        panels=(
            *signal_panels(measured, names, series, _notes(runs)),
            definitions(settings, len(experiment.rows)),
        ),
        series=series,
        numbers=(("before update", "update"),),
        message=" ".join(f"{name}: {divergence}" for name, divergence in ended.items()),
        unit="moment",
    )


def _notes(runs):
    """Return, for a side that diverged, the step from which nothing is left, and what to say."""
    return {
        side: {int(np.searchsorted(signals.k, trace.diverged.k)) + 1:
               f"diverged at update {trace.diverged.k}"}
        for side, (trace, signals) in runs.items() if trace.diverged
    }  # fmt: skip
