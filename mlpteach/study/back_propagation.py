"""Back propagation in numbers: everything that one update computed for each unit and instance.

Forward pass, cost and sensitivities are the record's own; beside them stand the finite differences,
and what a place of the reader's own choice would give. How the lines of both passes are written
with these numbers is said in :mod:`mlpteach.study.pass_lines`.
"""

from itertools import pairwise

import numpy as np

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.run.gradient_check import finite_differences
from mlpteach.run.network import MLP
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.trace import Step


def pass_fields(problem: NetworkProblem) -> dict[str, tuple[int, int]]:
    """Return name -> (rows, columns) of what :func:`pass_numbers` gives, in its order.

    Columns are the instances of a batch, and behind them the place that the reader asks about; rows
    are units, or parameters in the order of theta = (W1, b1, W2, b2, …).

    Parameters
    ----------
    problem : NetworkProblem

    Returns
    -------
    dict
        "A1" … "A(L+1)" with a last row of ones, which is what the biases see; "Z1" … "ZL"; "V1" …
        "VL"; "slope1" … phi'(Z) of layers whose units do not mix, "S1" … dJ/dA of the others; "Y",
        "cost" (of an instance alone), and in a single row "difference", the finite differences.
    """
    net, columns = problem.net, problem.batch_size + 1
    fields = {f"A{layer}": (size + 1, columns) for layer, size in enumerate(net.sizes, start=1)}
    for layer, (phi, size) in enumerate(zip(net.activations, net.sizes[1:], strict=True), start=1):
        names = f"Z{layer}", f"V{layer}", f"{'slope' if phi.elementwise else 'S'}{layer}"
        fields |= dict.fromkeys(names, (size, columns))
    return {
        **fields,
        "Y": (net.sizes[-1], columns),
        "cost": (1, columns),
        "difference": (1, net.layout.size),
    }


@on_one_blas_thread
def pass_numbers(
    step: Step, problem: NetworkProblem, asked: tuple[float, float]
) -> dict[str, FloatArray]:
    """Return the numbers of both passes of one update, by the names of :func:`pass_fields`.

    Parameters
    ----------
    step : Step
        Of a run on `problem`.
    problem : NetworkProblem
    asked : tuple of float
        The inputs of the last column, which has no target: there all but A, Z and phi'(Z) is NaN.

    Returns
    -------
    dict of str to ndarray
        A batch with fewer instances leaves NaN between them and the last column.
    """
    numbers = {name: np.full(shape, np.nan) for name, shape in pass_fields(problem).items()}
    net, theta, batch = problem.net, step.before.flat, np.asarray(step.batch)
    with np.errstate(all="ignore"):
        A, Z = net.forward(theta, np.array(asked, dtype=float)[:, None])
        _put_passes(numbers, net, slice(-1, None), A, Z)
        here = slice(0, len(batch))
        A, Z = list(step.A.values()), list(step.Z.values())
        _put_passes(numbers, net, here, A, Z)
        _put_back(numbers, here, step, problem)
    numbers["difference"][0] = finite_differences(problem, theta, batch)
    return numbers


def _put_passes(numbers, net, here, A, Z):
    """Put in the forward pass of some columns."""
    for layer, activity in enumerate(A, start=1):
        numbers[f"A{layer}"][:-1, here] = activity
        numbers[f"A{layer}"][-1, here] = 1.0
    for layer, (z, phi) in enumerate(zip(Z, net.activations, strict=True), start=1):
        numbers[f"Z{layer}"][:, here] = z
        if phi.elementwise:
            numbers[f"slope{layer}"][:, here] = phi.derivative(z)


def _put_back(numbers, here, step, problem):
    """Put in cost and sensitivities."""
    net, Y, last = problem.net, problem.Y[:, step.batch], len(step.Z)
    numbers["Y"][:, here] = Y
    numbers["cost"][:, here] = costs_of_instances(problem, step)
    for layer, V in step.sensitivity.items():
        numbers[f"V{layer}"][:, here] = V
        if not net.activations[layer - 1].elementwise:
            above = layer + 1
            numbers[f"S{layer}"][:, here] = (
                problem.loss.dJ_dA(step.A[above], Y)
                if layer == last
                else step.before.W[above].T @ step.sensitivity[above]
            )


def costs_of_instances(problem: NetworkProblem, step: Step) -> FloatArray:
    """Return the cost of each instance of a step's batch, (n,); their mean is J."""
    Z, A, Y = step.Z[len(step.Z)], step.A[len(step.A)], problem.Y[:, step.batch]
    output = problem.net.activations[-1]
    alone = (slice(i, i + 1) for i in range(Y.shape[1]))
    return np.array(
        [problem.loss.evaluate(output, Z[:, i], A[:, i], Y[:, i]) for i in alone], dtype=float
    )


def ways(net: MLP) -> dict[str, IntArray]:
    """Return which way leads through each parameter: a unit in every layer, a weight between two.

    A weight lies between two units. In the layers before and behind, the way takes the unit of the
    same number, or the last one where there are fewer.

    Parameters
    ----------
    net : MLP

    Returns
    -------
    dict of str to ndarray of int, shape (n_parameters,)
        Counted from 0. "layer": where the parameter is, from 1. "unit1" … "unit(L+1)": the units.
        "input1" … "inputL": what the way's parameter of the layer sees: "unit1" … but for the bias
        that is itself the parameter, which sees the row of ones. "parameter1" … "parameterL": the
        place of the way's parameter of each layer in theta; "parameter": of itself.

    Examples
    --------
    >>> through = ways(MLP((2, 3, 1)))
    >>> through["unit2"][:6], through["unit1"][:6]  # W^(1), row by row
    (array([0, 0, 1, 1, 2, 2]), array([0, 1, 0, 1, 0, 1]))
    >>> int(through["parameter2"][4])  # from unit 3 on W^(2)[0, 2]
    11
    """
    found = [_way(net, layer, unit, seen) for layer, unit, seen in _parameters(net)]
    table = {name: np.array([way[name] for way in found]) for name in found[0]}
    return {**table, "parameter": np.arange(len(found))}


def _parameters(net):
    """Yield (layer, unit, input) of each parameter; the input of a bias is one behind the last."""
    for layer, (n_in, n_out) in enumerate(pairwise(net.sizes), start=1):
        yield from ((layer, *divmod(i, n_in)) for i in range(n_in * n_out))
        yield from ((layer, unit, n_in) for unit in range(n_out))


def _way(net, layer, unit, seen):
    sizes = dict(enumerate(net.sizes, start=1))
    units = {n: min(seen if n <= layer else unit, size - 1) for n, size in sizes.items()}
    inputs = {n: units[n] for n in range(1, len(sizes))} | {layer: seen}
    places = {n: _place(net, n, units[n + 1], inputs[n]) for n in inputs}
    return {
        "layer": layer,
        **{f"unit{n}": i for n, i in units.items()},
        **{f"input{n}": i for n, i in inputs.items()},
        **{f"parameter{n}": i for n, i in places.items()},
    }


def _place(net, layer, unit, seen):
    """Return where a parameter of a layer lies in theta."""
    W, (_, n_in), b = net.layout.slices[layer - 1]
    return b.start + unit if seen == n_in else W.start + n_in * unit + seen
