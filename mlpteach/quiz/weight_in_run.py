"""One weight at one update of a run, seen for one instance; its numbers have names."""

from dataclasses import dataclass

import numpy as np

from mlpteach.basics.arguments import describe

# Names that every network's run has, beside its rule's quantities and hyper-parameters.
ALWAYS = ("k", "J", "w", "w_after", "g", "rho", "z", "a", "a_in", "s", "y")


@dataclass(frozen=True)
class WeightInRun:
    """Where in a run a question looks.

    Attributes
    ----------
    step : mlpteach.Step
    rule : Rule
    layer, row, column : int
        The weight W^(layer)[row, column]; rows and columns from 0.
    instance : int
        Column of the batch.
    Y : ndarray, shape (K, n)
        Targets of the batch.
    """

    step: object
    rule: object
    layer: int
    row: int
    column: int
    instance: int
    Y: np.ndarray

    def numbers(self):
        """Return name -> number.

        ``g`` is the weight's gradient, ``w`` and ``w_after`` its value, ``X_before`` the rule's
        state X before the update; ``z``, ``a``, ``s``, ``y`` belong to the unit that the weight
        leads to, for one instance: Z, A, the sensitivity V^(l), the target.
        """
        step, layer = self.step, self.layer
        unit = (self.row, self.instance)
        top = layer == len(step.Z)
        numbers = {
            "k": step.k,
            "J": step.loss,
            "w": self._of_the_weight(step.before),
            "w_after": self._of_the_weight(step.after),
            "g": self._of_the_weight(step.gradient),
            "rho": self._of_the_weight(step.rho),
            "z": step.Z[layer][unit],
            "a": step.A[layer + 1][unit],
            "a_in": step.A[layer][self.column, self.instance],
            "s": step.sensitivity[layer][unit],
            "y": self.Y[unit] if top else np.nan,
        }
        for name, value in step.state_before.items():
            numbers[f"{name}_before"] = self._of_the_weight(value)
        for name, value in step.quantities.items():
            numbers[name] = self._of_the_weight(value)
        numbers |= self.rule.values
        return {name: float(value) for name, value in numbers.items() if value is not None}

    def _of_the_weight(self, value):
        if hasattr(value, "W"):
            return value.W[self.layer][self.row, self.column]
        return value if np.ndim(value) == 0 else None

    def matrix(self, quantity):
        """Return a quantity of the weight's layer as a matrix."""
        step = self.step
        if quantity == "g":
            return step.gradient.W[self.layer]
        if quantity == "W":
            return step.before.W[self.layer]
        if quantity in ("A", "Z", "s"):
            layers = {"A": step.A, "Z": step.Z, "s": step.sensitivity}[quantity]
            return layers[self.layer + (quantity == "A")]
        return step.quantities[quantity].W[self.layer]


def choose_weight(run, rng, updates=(1, None), layer=None):
    """Choose an update, a weight and an instance of a run.

    Parameters
    ----------
    run : Trace, or a dashboard
        Of a dashboard the update and the weight on the screen are taken.
    rng : numpy.random.Generator
        Chooses what the screen does not decide.
    updates : (int, int or None)
        First and last update that a question may ask about.
    layer : int, optional

    Raises
    ------
    ValueError, TypeError
    """
    trace, position, layer = _trace_of(run, layer)
    problem = trace.run.problem
    if not hasattr(problem, "net"):
        raise TypeError("this question needs the run of a network; the given one is of a function.")
    first, last = updates
    last = min(len(trace), last or len(trace))
    if position is not None:
        k = min(max(position["k"], 1), len(trace))
    elif last < first:
        raise ValueError(
            f"this question asks about update {first} or a later one; the run has {len(trace)}."
        )
    else:
        k = int(rng.integers(first, last + 1))
    step = trace[k - 1]
    layer = layer or len(step.Z)
    gradient = step.gradient.W[layer]
    row, column = _among_the_larger(gradient, rng)
    if position is not None and "row" in position:
        shown = tuple(
            min(position[name], size - 1)
            for name, size in zip(("row", "column"), gradient.shape, strict=True)
        )
        if gradient[shown]:  # zeros ask nothing
            row, column = shown
    instance = int(rng.integers(step.A[1].shape[1]))
    Y = problem.Y if problem.full_batch else problem.Y.take(problem.batch(k), axis=1)
    return WeightInRun(step, trace.run.rule, layer, row, column, instance, Y)


def _trace_of(run, layer):
    if not hasattr(run, "position"):
        if not hasattr(run, "run") or not hasattr(run, "losses"):
            raise TypeError(f"run must be a trace or a dashboard; given {describe(run)}.")
        if not len(run):
            raise ValueError("the run holds no update to ask about.")
        return run, None, layer
    trace = run.trace
    if trace is None or not len(trace):
        raise ValueError("the dashboard shows no run to ask about.")
    shown = run.values.get("layer")
    return trace, dict(run.position), int(shown) if str(shown).isdigit() else layer


def _among_the_larger(gradient, rng):
    """Choose a weight among the half with the larger gradients: zeros ask nothing."""
    size = np.abs(gradient)
    rows, columns = np.nonzero(size >= np.median(size))
    i = int(rng.integers(len(rows)))
    return int(rows[i]), int(columns[i])
