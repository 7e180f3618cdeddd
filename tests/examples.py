"""Small problems that many tests share."""

import numpy as np

import mlpteach as mt

NETWORK_RULES = [
    (id, form) for id, optimizer in mt.RULES.items() for form in optimizer.forms if id != "lbfgs"
]
# Those that also descend a plain function.
FUNCTION_RULES = [pair for pair in NETWORK_RULES if not mt.rule(*pair).needs_layers]


def instances(n=20, inputs=4, classes=3, seed=0):
    """Return X (n, inputs) and labels y (n,), every class the same number of times or once more."""
    X = np.random.default_rng(seed).standard_normal((n, inputs))
    return X, np.arange(n) % classes


def one_hot(y, classes=3):
    return np.eye(classes)[y]


def small_run(rule="adam", *, epochs=4, batch_size=6, n=20, **options):
    """Train 4-5-3 on 20 instances: 4 updates an epoch, the last of 2 instances."""
    X, y = instances(n)
    net = mt.MLP((4, 5, 3), hidden="tanh", seed=3)
    return mt.train(net, X, y, rule=rule, epochs=epochs, batch_size=batch_size, **options)


def quadratic(curvature):
    """Return theta -> (1/2 sum c theta^2, c theta)."""
    curvature = np.asarray(curvature, dtype=float)

    def objective(theta):
        return 0.5 * float(curvature @ theta**2), curvature * theta

    return objective


def constant_slope(theta):
    """Return the sum of theta and its gradient: g = 1 everywhere."""
    return float(theta.sum()), np.ones_like(theta)


def same_bits(first, second):
    """Whether two arrays are equal to the bit (0 and -0 differ, NaN equals NaN)."""
    first, second = np.asarray(first), np.asarray(second)
    return first.shape == second.shape and first.tobytes() == second.tobytes()
