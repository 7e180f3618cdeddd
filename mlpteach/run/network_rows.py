"""One network with many parameter vectors at once: a row a run.

The runs stand side by side as if they were more instances: arrays are (units, runs, n), which an
activation or a sensitivity sees as (units, runs * n). Both treat every instance by itself, so they
need not know. Only the products with the weights, which the runs do not share, keep the runs apart.
"""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.run.network import MLP
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.losses import LOSSES, Loss

# Numbers in an array of a layer: what is larger leaves the cache, and takes longer than its parts.
_AT_ONCE = 2**15


def can_share(net: MLP, loss: Loss) -> bool:
    """Whether activations and loss are known to treat every instance by itself.

    Those of the tables do; in a reader's own function nobody knows what happens.
    """
    known = all(ACTIVATIONS.get(phi.id) is phi for phi in net.activations)
    return known and LOSSES.get(loss.id) is loss


def evaluate_rows(
    net: MLP, W: FloatArray, columns: FloatArray, Y: FloatArray, loss: Loss, l2: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return what :meth:`MLP.evaluate` finds at many places.

    Parameters
    ----------
    net : MLP
    W : ndarray, shape (runs, n_parameters)
    columns : ndarray, shape (n_inputs, n)
    Y : ndarray, shape (K, n)
    loss : Loss
    l2 : float

    Returns
    -------
    costs : ndarray, shape (runs,)
    gradients : ndarray, shape (runs, n_parameters)
    """
    costs, gradients = np.empty(len(W)), np.empty(W.shape)
    for part in _parts(net, W, Y):
        weights = _matrices(net, W[part])
        A, Z = _forward(net, weights, columns)
        costs[part] = _costs(net, W[part], A, Z, Y, loss, l2)
        V = loss.sensitivity(
            net.activations[-1], _flat(Z[-1]), _flat(A[-1]), _for_each_run(Y, Z[-1])
        )
        V = V.reshape(Z[-1].shape)
        _back(net, weights, A, Z, V, _matrices(net, gradients[part]))
        gradients[part] *= 1.0 / Y.shape[1]  # as MLP.evaluate does, for the same last bits
        if l2:
            for (dM, _), (M, _) in zip(_matrices(net, gradients[part]), weights, strict=True):
                dM += l2 * M
    return costs, gradients


def costs_of_rows(
    net: MLP, W: FloatArray, columns: FloatArray, Y: FloatArray, loss: Loss, l2: float = 0.0
) -> FloatArray:
    """Return the cost at many places, (runs,); see :func:`evaluate_rows`."""
    costs = np.empty(len(W))
    for part in _parts(net, W, Y):
        A, Z = _forward(net, _matrices(net, W[part]), columns)
        costs[part] = _costs(net, W[part], A, Z, Y, loss, l2)
    return costs


def _parts(net, W, Y):
    """Return slices of so many runs that the arrays of a layer stay in the cache."""
    runs = max(1, _AT_ONCE // (max(net.sizes[1:]) * Y.shape[1]))
    return [slice(start, start + runs) for start in range(0, len(W), runs)]


def _matrices(net, W):
    """Return views [(W1, b1), …] of the rows: W1 (runs, n_out, n_in), b1 (runs, n_out, 1)."""
    return [
        (W[:, w].reshape(len(W), *shape), W[:, b][:, :, None]) for w, shape, b in net.layout.slices
    ]


def _forward(net, weights, columns):
    """Return A^(1) (n_inputs, n), then A^(2) … and Z^(1) … of shape (units, runs, n)."""
    A, Z = [columns], []
    for (M, b), phi in zip(weights, net.activations, strict=True):
        product = _product(M, A[-1])
        product += b.transpose(1, 0, 2)
        Z.append(product)
        A.append(phi.function(_flat(product)).reshape(product.shape))
    return A, Z


def _product(M, columns):
    """Return M (runs, n_out, n_in) times `columns` as (n_out, runs, n), a product a run.

    Those of each run (n_in, runs, n); or the inputs (n_in, n), which all have in common.
    """
    out = np.empty((M.shape[1], len(M), columns.shape[-1]))
    np.matmul(M, _by_run(columns), out=_by_run(out))
    return out


def _by_run(columns):
    """Return (units, runs, n) as (runs, units, n); what all runs have in common stays as it is."""
    return columns if columns.ndim == 2 else columns.transpose(1, 0, 2)


def _flat(columns):
    """Return (units, runs, n) as (units, runs * n): more instances."""
    return columns.reshape(len(columns), -1)


def _for_each_run(Y, like):
    """Repeat Y (K, n) for every run of `like` (K, runs, n), as (K, runs * n)."""
    return _flat(np.broadcast_to(Y[:, None], like.shape))


def _costs(net, W, A, Z, Y, loss, l2):
    """Return each run's mean cost."""
    output, last = net.activations[-1], (Z[-1], A[-1])
    cost = loss.cost_of(output, *map(_flat, last), _for_each_run(Y, Z[-1]))
    if np.ndim(cost):
        summed = cost.reshape(Z[-1].shape).sum(axis=(0, 2))
    else:  # all runs in one sum
        runs = range(len(W))
        summed = np.array([loss.evaluate(output, *(a[:, i] for a in last), Y) for i in runs])
    costs = summed / Y.shape[1]
    return costs + [net.penalty(theta, l2) for theta in W] if l2 else costs


def _back(net, weights, A, Z, V, gradients):
    """Pass V^(L) back and put the summed gradients into `gradients`, matrices as `weights`."""
    ones = np.ones((V.shape[-1], 1))
    for layer in range(len(weights) - 1, -1, -1):
        dM, db = gradients[layer]
        np.matmul(_by_run(V), np.swapaxes(_by_run(A[layer]), -1, -2), out=dM)
        np.matmul(_by_run(V), ones, out=db)
        if layer:
            dA = _product(weights[layer][0].transpose(0, 2, 1), V)
            V = net.activations[layer - 1].back(*map(_flat, (dA, Z[layer - 1], A[layer])))
            V = V.reshape(dA.shape)
