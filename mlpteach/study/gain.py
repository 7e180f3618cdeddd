"""Momentum where it can be worked out: a steady gradient, and a quadratic valley.

Plain functions of rules and traces; what the formulas promise, and what the runs did.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.tables.landscapes import Objective

# Updates over which the measured rate is taken.
WINDOW = 20


def steady_slope(theta: FloatArray) -> tuple[float, FloatArray]:
    """Return a cost whose gradient is 1 everywhere, and that gradient."""
    return float(theta.sum()), np.ones_like(theta)


def steady_run(rule: Rule, updates: int) -> Trace:
    """Return the trace of one weight whose gradient is always 1."""
    return quietly(descend, steady_slope, [0.0], rule=rule, steps=updates)


def steady_gain(rule: Rule) -> float:
    """Return how long the step becomes, in gradients, where the gradient stays the same.

    Parameters
    ----------
    rule : Rule
        Momentum in either form.

    Examples
    --------
    >>> from mlpteach import rule
    >>> round(steady_gain(rule("momentum", "lecture", alpha=1.0, beta=0.9)), 9)
    1.9
    >>> round(steady_gain(rule("momentum", "paper", eta=1.0, beta=0.9)), 9)
    10.0
    """
    values = rule.values
    if rule.form == "lecture":
        return values["alpha"] + values["beta"]
    return values["eta"] / (1.0 - values["beta"])


def valley(curvatures: ArrayLike) -> Objective:
    """Return the cost 1/2 sum lambda_i theta_i^2 as a function theta -> (value, gradient)."""
    curvatures = np.asarray(curvatures, dtype=float)

    def cost(theta):
        gradient = curvatures * theta
        return 0.5 * float(theta @ gradient), gradient

    return cost


def best_momentum(condition: float) -> tuple[float, float]:
    """Return (eta, beta) with which the published momentum is fastest for curvatures 1 … condition.

    Polyak 1964; Goh, "Why Momentum Really Works", Distill 2017.

    Examples
    --------
    >>> eta, beta = best_momentum(100.0)
    >>> round(eta, 8), round(beta, 8)
    (0.03305785, 0.66942149)
    """
    root = np.sqrt(condition)
    return float((2.0 / (1.0 + root)) ** 2), float(((root - 1.0) / (root + 1.0)) ** 2)


def rate(rule: Rule, curvatures: Sequence[float]) -> float:
    """Return what one update makes of the distance to the minimum in the long run: times `rate`.

    The largest eigenvalue of the update as a linear map of (W_k, what the rule remembers).

    Parameters
    ----------
    rule : Rule
        Gradient descent, or momentum in either form.
    curvatures : sequence of float

    Examples
    --------
    >>> from mlpteach import rule
    >>> round(rate(rule("gd", eta=2 / 101), [1.0, 100.0]), 6)
    0.980198
    """
    values, each = rule.values, np.asarray(curvatures, dtype=float)
    with np.errstate(over="ignore"):
        if rule.id == "gd":
            return float(np.abs(1.0 - values["eta"] * each).max())
        past = values["beta"] * (each if rule.form == "lecture" else np.ones_like(each))
        step = values["alpha" if rule.form == "lecture" else "eta"] * each
    return float(spectral_radius(iteration_matrices(rule.form, step, past)).max())


def iteration_matrices(form: str, step: ArrayLike, past: ArrayLike) -> FloatArray:
    """Return what an update of momentum does in a direction of curvature lambda, (…, 2, 2).

    Parameters
    ----------
    form : {"lecture", "paper"}
        As the slide, a matrix for (W_k, W_{k-1}); or as published, for (W_k, v_{k-1}).
    step : array_like, shape (…)
        eta lambda; alpha lambda of the slide.
    past : array_like, shape (…)
        beta; beta lambda of the slide, which remembers a gradient.

    Examples
    --------
    >>> iteration_matrices("paper", 0.5, 0.75).tolist()
    [[0.5, -0.75], [0.5, 0.75]]
    """
    step, past = np.broadcast_arrays(np.asarray(step, dtype=float), np.asarray(past, dtype=float))
    second = [np.ones_like(step), np.zeros_like(step)] if form == "lecture" else [step, past]
    rows = [np.stack([1.0 - step, -past], axis=-1), np.stack(second, axis=-1)]
    return np.stack(rows, axis=-2)


def spectral_radius(matrices: FloatArray) -> FloatArray:
    """Return the largest absolute eigenvalue of each of some matrices (…, n, n).

    Infinite where a matrix is not finite.

    Examples
    --------
    >>> spectral_radius(np.diag([0.5, -2.0])).item()
    2.0
    """
    finite = np.asarray(np.isfinite(matrices).all(axis=(-1, -2)))
    radii = np.abs(np.linalg.eigvals(np.where(finite[..., None, None], matrices, 0.0))).max(axis=-1)
    return np.where(finite, radii, np.inf)


def measured_rates(distances: FloatArray) -> FloatArray:
    """Return what one update made of the distance, as a mean of the last updates, (n,).

    Parameters
    ----------
    distances : ndarray, shape (n + 1,)
        To the minimum, at the start and after each update.

    Examples
    --------
    >>> measured_rates(np.array([8.0, 4.0, 2.0]))
    array([0.5, 0.5])
    """
    k = np.arange(1, len(distances))
    since = np.minimum(k, WINDOW)
    with np.errstate(all="ignore"):
        return (distances[k] / distances[k - since]) ** (1.0 / since)
