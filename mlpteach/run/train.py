"""The one loop that trains networks and descends functions, and keeps the record."""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_count, check_flag, check_floats, describe
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.progress import progress_bar
from mlpteach.basics.record import is_function
from mlpteach.rules import RuleLike, as_rule
from mlpteach.run.accuracy import labels
from mlpteach.run.network import MLP
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import FunctionProblem, NetworkProblem
from mlpteach.run.trace import Trace
from mlpteach.run.update import Run
from mlpteach.tables.landscapes import Objective, check_objective
from mlpteach.tables.losses import LossLike
from mlpteach.tables.schedules import ScheduleLike, as_schedule

# A number that left the floats stays out, so it is looked for only every so many updates.
_FINITE_EVERY = 64
# More would not fit into a usual memory.
_MOST_UPDATES = 20_000_000
_MOST_ACTIVATIONS = 500_000_000
_PATIENCE = 2.0  # seconds before a progress bar appears


class DivergenceWarning(RuntimeWarning):
    """A run was stopped because its numbers are no longer finite."""


def train(
    net: MLP,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: LossLike = "cross_entropy",
    rule: RuleLike = "adam",
    epochs: int = 20,
    batch_size: int | None = 32,
    schedule: ScheduleLike = None,
    l2: float = 0.0,
    seed: int = 1,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    progress: bool = True,
) -> Trace:
    """Train a network from its starting weights and return the record of every update.

    `net` itself is left as it is: calling ``train`` again starts again. The trained network is
    ``trace.network()``.

    Parameters
    ----------
    net : MLP
    X : array_like of float, shape (n, n_inputs)
    y : array_like, shape (n,) or (n, K)
        Labels 0 … K-1, one-hot rows, or the wanted outputs. Where they name no classes, as those
        of a regression, accuracies are NaN (see ``mlpteach.run.accuracy``).
    loss : str, Loss or callable
        Id of ``mlpteach.LOSSES``; or your own function (Y, A) -> V^(L) for the sensitivity under
        cross-entropy, or ``mlpteach.own_loss(function, cost)`` under another cost.
    rule : str, Rule or callable
        Id of ``mlpteach.RULES``, ``mlpteach.rule(...)``, or your own function with a rule's
        signature.
    epochs : int
    batch_size : int or None
        Instances in a mini-batch; None for the full batch.
    schedule : str, Schedule or callable, optional
        Id of ``mlpteach.SCHEDULES``, ``mlpteach.schedule(...)``, or a function (eta, k) -> eta_k.
    l2 : float
        Adds l2/2 times the sum of squared weights (not biases) to J.
    seed : int
        Decides the order of the instances.
    validation : (X_val, y_val), optional
        Cost and accuracy are measured on it after each epoch.
    progress : bool
        Whether a run of more than two seconds shows a progress bar.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, before any work is done.

    Warns
    -----
    DivergenceWarning
        If the numbers overflow: the trace ends before, ``trace.diverged`` says where.
    InterruptionWarning
        If the run is interrupted: the trace holds what was computed.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> trace = train(MLP((2, 3, 1), seed=1), X, [0, 1, 1, 0], epochs=3, batch_size=None)
    >>> trace[0].sensitivity[2].shape
    (1, 4)
    """
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an mlpteach.MLP; given {describe(net)}.")
    X, Y, loss, l2 = net.check_problem(X, y, loss, l2)
    rule = as_rule(rule)
    schedule = as_schedule(schedule, rule.step_size)
    epochs = check_count("epochs", epochs)
    if batch_size is not None:
        batch_size = check_count("batch_size", batch_size)
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    check_flag("progress", progress)
    if validation is not None:
        validation = _check_validation(net, validation, loss)
    _check_batch(net, len(X) if batch_size is None else min(batch_size, len(X)))
    problem = NetworkProblem(net, X, Y, loss, l2, batch_size, seed, validation)
    updates = _check_length("epochs", epochs, epochs * problem.updates_per_epoch)
    return fill(Trace(Run(problem, rule, schedule), updates), progress)


def descend(
    objective: Objective,
    theta0: ArrayLike,
    *,
    rule: RuleLike = "adam",
    steps: int = 200,
    schedule: ScheduleLike = None,
    project: Callable[[FloatArray], FloatArray] | None = None,
    progress: bool = True,
) -> Trace:
    """Let a rule descend any function of a vector and return the record of every update.

    Parameters
    ----------
    objective : callable
        theta (n,) -> (value, gradient (n,)); every ``mlpteach.LANDSCAPES[...]`` is one. A function
        with a second parameter named ``k`` is told the number of the update, from 1, and may be
        another function at each. It must give the same numbers when it is asked again.
    theta0 : array_like of float, shape (n,)
        Where to start.
    rule, schedule, progress
        As for :func:`train`.
    steps : int
        Number of updates.
    project : callable, optional
        theta (n,) -> the nearest allowed place (n,), for a search inside a set such as an interval:
        W_{k+1} = project(W_k - rho_k). ``step.rho`` stays what the rule says, ``step.after`` is the
        allowed place. `theta0` must be allowed.

    Returns
    -------
    Trace
        Its steps have ``.flat`` arrays only; ``history["loss"]`` is the value before each update.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit.

    Warns
    -----
    DivergenceWarning
        If the numbers overflow.

    Examples
    --------
    >>> trace = descend(lambda x: (float(x @ x), 2 * x), [3.0, -1.0], rule="gd", steps=100)
    >>> bool(abs(trace[-1].after.flat).max() < 1e-6)
    True

    Inside [-1, 1], with a function that changes its slope at every second update:

    >>> def slope(x, k):
    ...     c = 3.0 if k % 2 else -1.0
    ...     return c * x[0], np.array([c])
    >>> trace = descend(slope, [0.5], rule="gd", steps=40, project=lambda x: np.clip(x, -1, 1))
    >>> float(trace[38].before.flat[0]), float(trace[38].rho.flat[0]), trace[38].after.flat
    (-0.9, 0.30000000000000004, array([-1.]))
    """
    check_objective(objective, changing=True)
    theta0 = np.array(check_floats("theta0", theta0, ndim=1), dtype=float)
    rule = as_rule(rule)
    schedule = as_schedule(schedule, rule.step_size)
    steps = check_count("steps", steps)
    _check_length("steps", steps, steps)
    check_flag("progress", progress)
    if project is not None and not is_function(project):
        raise TypeError(f"project must be a function theta -> theta; given {describe(project)}.")
    problem = FunctionProblem(objective, theta0, project)
    return fill(Trace(Run(problem, rule, schedule), steps), progress)


def _check_batch(net, instances):
    """Raise ValueError where one batch's activations would not fit into memory."""
    numbers = instances * sum(net.sizes)
    if numbers > _MOST_ACTIVATIONS:
        raise ValueError(
            f"batch_size must give at most {_MOST_ACTIVATIONS:,} activations; given batches of "
            f"{instances:,} with sizes={net.sizes}, which gives {numbers:,}."
        )


def _check_length(name, given, updates):
    """Return the number of updates; ValueError where its record would not fit into memory."""
    if updates > _MOST_UPDATES:
        raise ValueError(
            f"{name} must give at most {_MOST_UPDATES:,} updates, each of which is recorded; given "
            f"{name}={given}, which gives {updates:,}."
        )
    return updates


def quietly(run: Callable[..., Trace], *arguments: Any, **options: Any) -> Trace:
    """Call ``train``, ``descend`` or ``rerun`` without warning of divergence: the page tells it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)
        return run(*arguments, **options, progress=False)


class InterruptionWarning(UserWarning):
    """A run was interrupted by hand; the trace holds what was computed."""


class _History:
    """What is known after each epoch: its mean cost and accuracy, and those on validation data."""

    def __init__(self, trace):
        self._trace, self._problem = trace, trace.run.problem
        names = ["loss", "accuracy"]
        if self._problem.validation is not None:
            names += ["validation_loss", "validation_accuracy"]
        epochs = trace.planned // self._problem.updates_per_epoch
        self._values = {name: np.empty(epochs) for name in names}
        trace.history = Entries((name, values[:0]) for name, values in self._values.items())
        self._outputs = np.empty(self._problem.Y.T.shape)  # of the epoch, a row an instance
        self._seen = 0

    def take(self, update):
        """Note what the network said to the batch of one update."""
        seen = self._seen + len(update.batch)
        self._outputs[self._seen : seen] = update.evaluation.A[-1].T
        self._seen = seen

    def end_epoch(self, theta):
        """Close an epoch that ended with the parameters `theta`."""
        problem, trace = self._problem, self._trace
        losses = trace.losses[-problem.updates_per_epoch :]
        known = [losses.dot(problem.batch_sizes) / len(problem.X), self._accuracy()]
        if problem.validation is None:
            self._keep(known)
            return
        scores = (np.nan, np.nan)
        try:
            scores = problem.validate(theta)
        finally:  # an interrupt loses no epoch
            self._keep([*known, *scores])

    def _accuracy(self):
        """Return the share of right answers in the epoch; NaN where the targets name no classes."""
        problem = self._problem
        if problem.threshold is None:
            return np.nan
        said = labels(self._outputs.T, problem.threshold)
        right = said == problem.labels[problem.order(problem.epoch(len(self._trace)))]
        return np.count_nonzero(right) / len(right)

    def _keep(self, known):
        epoch = self._problem.epoch(len(self._trace))
        for values, value in zip(self._values.values(), known, strict=True):
            values[epoch - 1] = value
        self._trace.history = Entries(
            (name, values[:epoch]) for name, values in self._values.items()
        )
        self._seen = 0


def _check_validation(
    net: MLP, validation: object, loss: LossLike
) -> tuple[FloatArray, FloatArray]:
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(
            f"validation must be the pair (X_val, y_val); given {describe(validation)}."
        )
    X_val, y_val = validation
    X, Y, _, _ = net.check_problem(X_val, y_val, loss, 0.0, names=("X_val", "y_val"))
    return X, Y


def fill(trace: Trace, progress: bool = False) -> Trace:
    """Run the planned updates of an empty `trace` and return it.

    Whatever ends a run early, what was computed is kept: a run that diverges or is interrupted is
    returned with a warning, and an error of the caller's own functions carries it as ``.trace``.
    """
    history = _History(trace) if isinstance(trace.run.problem, NetworkProblem) else None
    try:
        _run(trace, history, progress)
    except KeyboardInterrupt:
        trace.cut_at_divergence()
        warnings.warn(
            f"interrupted: the trace holds the {len(trace)} updates before.",
            InterruptionWarning,
            stacklevel=3,
        )
    if history is None:
        trace.history = Entries(loss=trace.losses)
    if trace.diverged is not None:
        warnings.warn(str(trace.diverged), DivergenceWarning, stacklevel=3)
    return trace


@on_one_blas_thread
def _run(trace, history, progress):
    """Compute and record the updates; stop where a number is no longer finite."""
    run, state, spaces = trace.run, trace.run.start(), trace.run.problem.workspaces()
    per_epoch = run.problem.updates_per_epoch
    with _Progress(trace.planned) as bar, np.errstate(all="ignore"):
        for k in range(1, trace.planned + 1):
            began = time.perf_counter()
            try:
                update = run.advance(k, state, spaces)
            except Exception as error:
                _explain(error, trace, k, state)
                return
            state = update.state
            trace.record(update, time.perf_counter() - began)
            if history is not None:
                history.take(update)
            epoch_ends = history is not None and k % per_epoch == 0
            if k % _FINITE_EVERY == 0 or epoch_ends or k == trace.planned:
                trace.cut_at_divergence(update)
                if trace.diverged is not None:
                    return
                if epoch_ends:
                    history.end_epoch(state.theta)
            if progress:
                bar.reach(k)
            del update  # its arrays are still in the cache: the next update takes their place


def _explain(error, trace, k, state):
    """Find the divergence behind an error at update k, or raise the error with the trace so far."""
    trace.cut_at_divergence()
    if trace.diverged is None:
        broken = trace.run.evaluate_only(k, state)
        divergence = broken and trace.divergence_of(state, broken)
        if not divergence:
            error.trace = trace
            error.add_note(
                f"raised at update k = {k}; the updates before are kept in the error's .trace"
            )
            raise error
        trace.end_before(divergence)


class _Progress:
    """A tqdm bar that only appears once a run takes long."""

    def __init__(self, total):
        self._total, self._bar = total, None
        self._start = time.perf_counter()

    def __enter__(self):
        return self

    def reach(self, k):
        if time.perf_counter() - self._start < _PATIENCE:
            return
        if self._bar is None:
            self._bar = progress_bar(total=self._total, unit="update", leave=False)
        self._bar.update(k - self._bar.n)

    def __exit__(self, *exception):
        if self._bar is not None:
            self._bar.close()
