"""Problems to rank rules over: landscapes, networks, a badly scaled regression, noisy gradients.

Each is a function of a vector for :func:`mlpteach.descend`, a place to start from, and the cost
that counts. A function may have a method ``of_rows`` that answers for many places at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, check_count, check_floats, describe
from mlpteach.basics.arrays import FloatArray
from mlpteach.run.network import MLP
from mlpteach.run.problem import FunctionProblem, NetworkProblem
from mlpteach.tables import datasets
from mlpteach.tables.landscapes import LANDSCAPES, Objective, noisy
from mlpteach.tables.losses import LOSSES


@dataclass(frozen=True, eq=False)
class RankingProblem:
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
    objective: Objective
    theta0: FloatArray
    cost: Callable[[FloatArray], float] | None = None

    @cached_property
    def function(self) -> FunctionProblem:
        """The objective as the engine descends it."""
        return FunctionProblem(self.objective, self.theta0)

    @property
    def changes(self) -> bool:
        """Whether the gradient at a place is another one at the next update."""
        return self.function.changes_with_k

    def ask(self, theta: FloatArray, k: int) -> tuple[float, FloatArray]:
        """Return value and gradient at `theta` as update k sees them."""
        return self.objective(theta, k=k) if self.changes else self.objective(theta)

    def costs(self, places: FloatArray, k: int) -> FloatArray:
        """Return the cost that counts at `places` (m, n) after update k, (m,)."""
        if self.cost is None:
            return self.function.evaluate_rows(places, k)[0]
        of_rows = getattr(self.cost, "of_rows", None)
        return of_rows(places) if of_rows else np.array([self.cost(theta) for theta in places])


def _landscape(id):
    def make(seed):
        return RankingProblem(id.capitalize(), LANDSCAPES[id], np.array(LANDSCAPES[id].start))

    return make


class _WholeCost:
    """A network's cost on all instances as a function of theta; of many at once, too.

    Of one it is computed as of many, so that both are the same to the bit.
    """

    def __init__(self, problem):
        self.problem = problem

    def __call__(self, theta):
        return self._at(theta, 1)

    def of_rows(self, places):
        return self.problem.evaluate_rows(places, self.problem.batch(1))

    def _at(self, theta, k):
        costs, gradients = self.problem.evaluate_rows(theta[None], self.problem.batch(k))
        return costs[0], gradients[0]


class _BatchCost(_WholeCost):
    """The cost on the mini-batch of update k."""

    def __call__(self, theta, k):
        return self._at(theta, k)

    def of_rows(self, places, k):
        return self.problem.evaluate_rows(places, self.problem.batch(k))


class _Score:
    """The cost on all instances, without a gradient."""

    def __init__(self, problem):
        self.problem = problem

    def __call__(self, theta):
        return self.problem.score(theta, self.problem.X, self.problem.Y)[0]

    def of_rows(self, places):
        return self.problem.costs_of_rows(places, self.problem.X, self.problem.Y)


def _network(title, data, sizes, batch_size=None, instances=None):
    """Describe a tanh network with sigmoid outputs; all rules start from the same weights."""

    def make(seed):
        X, y = data(seed)
        X, y = X[:instances], y[:instances]
        net = MLP(sizes, hidden="tanh", output="sigmoid", init="glorot", seed=seed)
        X, Y, loss, l2 = net.check_problem(X, y, LOSSES["cross_entropy"].id, 0.0)
        problem = NetworkProblem(net, X, Y, loss, l2, batch_size, seed)
        if batch_size is None:
            return RankingProblem(title, _WholeCost(problem), problem.theta0)
        return RankingProblem(title, _BatchCost(problem), problem.theta0, _Score(problem))

    return make


class _Squares:
    """Half the mean of the squared errors of a linear regression, theta (n,) -> X theta."""

    def __init__(self, X, y):
        self.X, self.y = X, y

    def __call__(self, theta):
        wrong = self.X @ theta - self.y
        return 0.5 * float(wrong @ wrong) / len(self.y), self.X.T @ wrong / len(self.y)

    def of_rows(self, places):
        # One matrix times many vectors rather than times a matrix: to the bit as one by one.
        wrong = (self.X @ places[:, :, None])[:, :, 0] - self.y
        gradients = (self.X.T @ wrong[:, :, None])[:, :, 0]
        return 0.5 * np.vecdot(wrong, wrong) / len(self.y), gradients / len(self.y)


def _regression(seed):
    """Six columns, each 2.5 times as large as the one before: condition number about 10⁴."""
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(100, 6)) * 2.5 ** np.arange(-3.0, 3.0)
    return RankingProblem(
        "Scaling", _Squares(X, X @ generator.choice([-1.0, 1.0], size=6)), np.zeros(6)
    )


def _noisy_valley(seed):
    """The long valley with noise on its gradient, as a mini-batch has it; the cost is exact."""
    valley = LANDSCAPES["valley"]
    return RankingProblem("Noise", noisy(valley, 3.0, seed), np.array(valley.start))


# id -> seed -> RankingProblem
RANKING_PROBLEMS = {
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


def as_ranking_problems(
    given: Sequence[str] | Mapping[str, tuple[Objective, ArrayLike]], seed: int
) -> dict[str, RankingProblem]:
    """Return id -> :class:`RankingProblem`.

    Parameters
    ----------
    given : sequence of str, or dict
        Ids of ``RANKING_PROBLEMS`` or ``mlpteach.LANDSCAPES``, or title -> (objective, theta0).
    seed : int

    Raises
    ------
    ValueError, TypeError
        For an unknown id, or a function or start that does not fit.
    """
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    if isinstance(given, dict):
        problems = {str(title): _own(str(title), pair) for title, pair in given.items()}
    elif isinstance(given, (list, tuple)):
        known = {id: _landscape(id) for id in LANDSCAPES} | RANKING_PROBLEMS
        problems = {id: known[check_choice("problems", id, tuple(known))](seed) for id in given}
    else:
        raise TypeError(
            f"problems must be a list of {', '.join(RANKING_PROBLEMS)}, or a dict title -> "
            f"(objective, theta0); given {describe(given)}."
        )
    if not problems:
        raise ValueError("problems must hold at least one problem; given none.")
    return problems


def _own(title, pair):
    if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[0]):
        raise TypeError(
            f"problem {title!r} must be a pair (objective, theta0); given {describe(pair)}."
        )
    theta0 = np.array(check_floats(f"theta0 of problem {title!r}", pair[1], ndim=1), dtype=float)
    problem = RankingProblem(title, pair[0], theta0)
    _ = problem.function  # checks what the objective returns
    return problem
