"""Problems to rank rules over: landscapes, networks, a badly scaled regression, noisy gradients.

Each is a function of a vector for :func:`mlpteach.descend`, a place to start from, and the cost
that counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlpteach.basics.arguments import check_choice, check_count, check_floats, describe
from mlpteach.run.network import MLP
from mlpteach.run.problem import FunctionProblem, NetworkProblem
from mlpteach.tables import datasets
from mlpteach.tables.landscapes import LANDSCAPES
from mlpteach.tables.losses import LOSSES

_NOISES = 10_007


@dataclass(frozen=True, eq=False)
class Contest:
    """One problem, ready to be descended.

    Attributes
    ----------
    title : str
    objective : callable
        theta (n,) -> (value, gradient (n,)), or with a second parameter ``k``.
    theta0 : ndarray, shape (n,)
    cost : callable, optional
        theta (n,) -> the cost that counts, where the objective's value is only that of a
        mini-batch.
    """

    title: str
    objective: Callable
    theta0: np.ndarray
    cost: Callable | None = None

    @cached_property
    def changes(self):
        """Whether the gradient at a place is another one at the next update."""
        return FunctionProblem(self.objective, self.theta0).changes_with_k

    def ask(self, theta, k):
        """Return value and gradient at `theta` as update k sees them."""
        return self.objective(theta, k=k) if self.changes else self.objective(theta)


def _landscape(id):
    def make(seed):
        return Contest(id.capitalize(), LANDSCAPES[id], np.array(LANDSCAPES[id].start))

    return make


def _network(title, data, sizes, batch_size=None, instances=None):
    """Describe a tanh network with sigmoid outputs; all rules start from the same weights."""

    def make(seed):
        X, y = data(seed)
        X, y = X[:instances], y[:instances]
        net = MLP(sizes, hidden="tanh", output="sigmoid", init="glorot", seed=seed)
        X, Y, loss, l2 = net.check_problem(X, y, LOSSES["cross_entropy"].id, 0.0)
        problem = NetworkProblem(net, X, Y, loss, l2, batch_size, seed)

        def whole(theta):
            evaluation = problem.evaluate(theta, problem.batch(1))
            return evaluation.loss, evaluation.gradient

        def mini_batch(theta, k):
            evaluation = problem.evaluate(theta, problem.batch(k))
            return evaluation.loss, evaluation.gradient

        def cost(theta):
            return problem.score(theta, X, Y)[0]

        if batch_size is None:
            return Contest(title, whole, problem.theta0)
        return Contest(title, mini_batch, problem.theta0, cost)

    return make


def _regression(seed):
    """Six columns, each 2.5 times as large as the one before: condition number about 10⁴."""
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(100, 6)) * 2.5 ** np.arange(-3.0, 3.0)
    y = X @ generator.choice([-1.0, 1.0], size=6)

    def objective(theta):
        wrong = X @ theta - y
        return 0.5 * float(wrong @ wrong) / len(y), X.T @ wrong / len(y)

    return Contest("Scaling", objective, np.zeros(6))


def _noisy_valley(seed):
    """The long valley with noise on its gradient, as a mini-batch has it; the cost is exact."""
    valley = LANDSCAPES["valley"]
    # Drawn beforehand: an objective must give the same numbers when it is asked again.
    noise = np.random.default_rng(seed).normal(scale=3.0, size=(_NOISES, 2))

    def objective(theta, k):
        value, gradient = valley(theta)
        return value, gradient + noise[k % _NOISES]

    return Contest("Noise", objective, np.array(valley.start))


# id -> seed -> Contest
CONTESTS = {
    "beale": _landscape("beale"),
    "rosenbrock": _landscape("rosenbrock"),
    "valley": _landscape("valley"),
    "noise": _noisy_valley,
    "scaling": _regression,
    "moons": _network("Moons", lambda seed: datasets.moons(n=60, seed=seed), (2, 8, 1)),
    "spirals": _network("Spirals", lambda seed: datasets.spirals(n=60, seed=seed), (2, 16, 1)),
    "digits": _network(
        "Digits", lambda seed: datasets.digits(), (64, 20, 10), batch_size=16, instances=400
    ),
}


def as_contests(given, seed):
    """Return id -> :class:`Contest` for ids of CONTESTS, or for title -> (objective, theta0).

    Raises
    ------
    ValueError, TypeError
        For an unknown id, or a function or start that does not fit.
    """
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    if isinstance(given, dict):
        contests = {str(title): _own(str(title), pair) for title, pair in given.items()}
    elif isinstance(given, (list, tuple)):
        contests = {
            id: CONTESTS[check_choice("problems", id, tuple(CONTESTS))](seed) for id in given
        }
    else:
        raise TypeError(
            f"problems must be a list of {', '.join(CONTESTS)}, or a dict title -> (objective, "
            f"theta0); given {describe(given)}."
        )
    if not contests:
        raise ValueError("problems must hold at least one problem; given none.")
    return contests


def _own(title, pair):
    if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[0]):
        raise TypeError(
            f"problem {title!r} must be a pair (objective, theta0); given {describe(pair)}."
        )
    theta0 = np.array(check_floats(f"theta0 of problem {title!r}", pair[1], ndim=1), dtype=float)
    FunctionProblem(pair[0], theta0)  # checks what the objective returns
    return Contest(title, pair[0], theta0)
