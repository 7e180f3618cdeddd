"""The cost lab: one network, MSE and cross-entropy, equal starts and equal batches."""

from functools import partial

import numpy as np

from mlpteach.basics.arguments import check_count
from mlpteach.player import Player
from mlpteach.player.controls import Choice
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import rule as make_rule
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.starting_data import check_data, check_net
from mlpteach.tables.initializers import INITIALIZERS
from mlpteach.views.cost_panels import (
    NAMES,
    lab_heats,
    lab_plots,
    lines_table,
    lines_text,
    runs_table,
)
from mlpteach.views.costs import RUNS, lab_history
from mlpteach.views.panels import Show

ETA = 1.0
_WEIGHTS = {"own": "each at its own weights", "mse": "both at the weights of MSE"}


def cost_lab(
    X=None,
    y=None,
    *,
    net=None,
    rule=None,
    epochs=5,
    batch_size=32,
    validation=None,
    seed=1,
    **hypers,
):
    """Show one network that learns by MSE and by cross-entropy, and where the two differ.

    Both start at the same weights, see the same batches and take steps of the same rule.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    net : MLP, optional
        With sigmoids at the output, because the slides' two sensitivities are those of a sigmoid.
        By default one hidden layer of 30 sigmoids that fits X and y, whose initializer is a
        control.
    rule : str, Rule or callable, optional
        As for :func:`mlpteach.train`; by default gradient descent with η = 1.
    epochs, batch_size, seed
        As for :func:`mlpteach.train`; the seed also decides the weights of the default network, and
        what is held out.
    validation : (X_val, y_val), optional
        By default a fifth of X and y, held out.
    **hypers
        Hyper-parameters of the rule to start with.

    Returns
    -------
    Player
        ``.traces["MSE"]`` and ``.traces["cross-entropy"]`` are the runs.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> lab = cost_lab(epochs=1)
    >>> mse, cross_entropy = (trace[0] for trace in lab.traces.values())
    >>> bool((mse.A[3] == cross_entropy.A[3]).all())  # equal weights, equal batch
    True
    >>> bool((mse.sensitivity[2] == cross_entropy.sensitivity[2]).any())
    False
    """
    X, y = check_data(X, y)
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    fitting = check_net(net, X, y)
    if fitting.output != "sigmoid":
        raise ValueError(
            f"net must end in sigmoids for the slides' V^(2); given output={fitting.output!r}."
        )
    chosen = (make_rule("gd", eta=ETA) if rule is None else make_rule(rule)).bind(**hypers)
    (X, y), validation = _split(fitting, X, y, seed) if validation is None else ((X, y), validation)
    run = partial(
        train, X=X, y=y, epochs=epochs, batch_size=batch_size, seed=seed, validation=validation
    )
    controls, values = hyper_controls([chosen], "")
    controls.append(Choice("weights", "Compare", _WEIGHTS))
    values["weights"] = "own"
    nets = {"given": net}
    if net is None:
        nets = {init: MLP(fitting.sizes, init=init, seed=seed) for init in INITIALIZERS}
        controls.insert(0, Choice("init", "First weights", {init: init for init in nets}))
        values["init"] = "glorot"
    build = partial(_show, run, chosen, nets)
    return Player(build, controls, values, "One network, two costs", "costs")


def _split(net, X, y, seed):
    """Hold out a fifth of the instances; return (X, y) to learn from and (X_val, y_val)."""
    X, _, _, _ = net.check_problem(X, y, "mse", 0.0)
    y = np.asarray(y)
    if len(X) < 2:
        raise ValueError(
            f"X must have at least 2 rows, to hold some out; given {len(X)}. Or give validation."
        )
    order = np.random.default_rng(seed).permutation(len(X))
    held = max(1, len(X) // 5)
    return (X[order[held:]], y[order[held:]]), (X[order[:held]], y[order[:held]])


def _show(run, rule, nets, values):
    """Train twice with the controls' values and collect what the page needs."""
    net = nets[values.get("init", "given")]
    rule = bind(rule, [rule], "", values)
    runs = {loss: quietly(run, net, loss=loss, rule=rule) for loss in RUNS}
    return show_costs(runs, values["weights"] == "mse")


def show_costs(runs, at_mse):
    """Return the :class:`~mlpteach.views.Show` of two runs, "mse" and "cross_entropy"."""
    traces = {NAMES[name]: trace for name, trace in runs.items()}
    message = " ".join(f"{name}: {t.diverged}" for name, t in traces.items() if t.diverged)
    if not any(map(len, traces.values())):
        return Show(traces, 0, message=message)
    series, frames = lab_history(*runs.values(), at_mse)
    problem = runs["mse"].run.problem
    layers = len(problem.net.sizes) - 1
    return Show(
        traces=traces,
        steps=frames.steps,
        panels=(
            runs_table(runs),
            *lab_plots(series, layers),
            *lab_heats(frames, layers, at_mse),
            lines_table(layers, at_mse),
            lines_text(layers),
        ),
        series=series,
        frames=frames,
        message=message,
        per_epoch=problem.updates_per_epoch,
    )
