"""The bound that the engine is measured against: its training written by hand, without a record.

One hidden layer of sigmoids, softmax outputs, Adam as published. Every array is made once and
changed in place; weights lie as (n_in, n_out), which is how BLAS is fastest here.
"""

import numpy as np

ETA, BETA1, BETA2, EPS = 1e-3, 0.9, 0.999, 1e-8


def train_by_hand(net, X, y, batch_size, epochs, seed=1):
    """Return the weights [W1, b1, W2, b2], W as (n_in, n_out), and the cost of every batch."""
    n_in, n_hidden, n_out = net.sizes
    Y, costs = np.eye(n_out)[y], []
    weights = [net.W[1].T, net.b[1], net.W[2].T, net.b[2]]
    theta = np.concatenate([array.ravel() for array in weights])
    gradient, M, V, passing = np.zeros((4, theta.size))
    weights, slopes = parts(theta, net.sizes), parts(gradient, net.sizes)
    arrays = {}  # of a batch, by its size: the last one of an epoch is smaller
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            n = len(rows)
            if n not in arrays:
                widths = n_in, n_out, n_hidden, n_out, n_hidden, n_out, 1
                arrays[n] = [*(np.empty((n, width)) for width in widths), np.ones(n)]
            x, targets, *others = arrays[n]
            X.take(rows, axis=0, out=x, mode="clip")  # the other modes fill a copy first
            Y.take(rows, axis=0, out=targets, mode="clip")
            costs.append(evaluate(x, targets, weights, slopes, *others))
            adam(theta, gradient, M, V, passing, len(costs))
    return weights, costs


def parts(flat, sizes):
    """Return the views W1, b1, W2, b2 of a flat vector."""
    n_in, n_hidden, n_out = sizes
    shapes = (n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,)
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    pieces = np.split(flat, ends[:-1])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]


def evaluate(x, targets, weights, slopes, A1, A2, V1, log_A, column, ones):
    """Put the gradient of the mean cost into `slopes` and return the cost."""
    (W1, b1, W2, b2), (dW1, db1, dW2, db2) = weights, slopes
    x.dot(W1, out=A1)
    A1 += b1
    np.negative(A1, out=A1)
    np.exp(A1, out=A1)
    A1 += 1.0
    np.reciprocal(A1, out=A1)
    A1.dot(W2, out=A2)
    A2 += b2
    np.maximum.reduce(A2, axis=1, keepdims=True, out=column)
    A2 -= column
    np.exp(A2, out=A2)
    np.add.reduce(A2, axis=1, keepdims=True, out=column)
    A2 /= column
    np.log(A2, out=log_A)
    A2 -= targets  # from here on V2, and its mean
    A2 /= len(x)
    A1.T.dot(A2, out=dW2)
    ones.dot(A2, out=db2)
    A2.dot(W2.T, out=V1)
    V1 *= A1
    np.subtract(1.0, A1, out=A1)
    V1 *= A1
    x.T.dot(V1, out=dW1)
    ones.dot(V1, out=db1)
    return -np.vdot(targets, log_A) / len(x)


def adam(theta, gradient, M, V, passing, k):
    """Make update k of Adam; its two corrections are numbers, not arrays."""
    M *= BETA1
    np.multiply(gradient, 1 - BETA1, out=passing)
    M += passing
    V *= BETA2
    gradient *= gradient
    gradient *= 1 - BETA2
    V += gradient
    np.sqrt(V, out=passing)
    passing *= (1 - BETA2**k) ** -0.5
    passing += EPS
    np.divide(M, passing, out=passing)
    passing *= ETA / (1 - BETA1**k)
    theta -= passing
