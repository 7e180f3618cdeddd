"""Where Adam climbs: slopes that change from update to update, on the interval [-1, 1].

Reddi, Kale & Kumar, *On the Convergence of Adam and Beyond*, 2018. Most updates see a gentle slope
that asks x to grow, a few see a steep one that asks it to shrink. The steep ones weigh more: summed
over many updates the best place is x = -1.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, Self

import numpy as np

from mlpteach.basics.arguments import Interval, check_count, check_floats, check_number
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.entries import Entries

# Drawn at once, so that the slope at any update can be had without those before it.
_BLOCK = 4096


@dataclass(frozen=True)
class Counterexample:
    """Functions f_k(x) = c_k x; call it with theta = (x,) and the number k of the update.

    Attributes
    ----------
    id, title, latex, source : str
    steep, gentle : float
        The two slopes: `steep` > 0 at few updates, -`gentle` < 0 at all others.
    is_steep : callable
        (k, seed) -> whether c_k is the steep slope; without a period also of an array of k.
    period : int
        Updates after which the slopes repeat; 1 for the random ones.
    share : float
        Share of the steep updates.
    settings : dict
        As in the paper: eta, beta1 and beta2 of both rules, whether the step is cooled by
        1/sqrt(k), and whether Adam's bias is corrected.
    steepest : float
        What the slider of `steep` reaches.
    seed : int
        Decides the random ones.

    Examples
    --------
    >>> COUNTEREXAMPLES["every_third"].slopes(7)
    array([ 3., -1., -1.,  3., -1., -1.,  3.])
    >>> COUNTEREXAMPLES["every_third"](np.array([0.5]), k=2)
    (-0.5, array([-1.]))
    """

    id: str
    title: str
    latex: str
    source: str
    steep: float
    gentle: float
    is_steep: Callable[[Any, int], Any]
    period: int
    share: float
    settings: dict[str, Any] = field(hash=False)
    steepest: float
    seed: int = 1

    def __call__(self, theta: FloatArray, k: int) -> tuple[float, FloatArray]:
        """Return f_k(x) and its gradient (1,) at theta = (x,)."""
        if type(theta) is not np.ndarray or theta.dtype != float or theta.shape != (1,):
            theta = check_floats("theta", theta, ndim=1, shape=(1,), finite=False)
        slope = self.slope(k if type(k) is int else check_count("k", k))
        return slope * float(theta[0]), np.array([slope])

    def slope(self, k: int) -> float:
        """Return c_k."""
        return self.steep if self.is_steep(k, self.seed) else -self.gentle

    def slopes(self, n: int) -> FloatArray:
        """Return c_k for k = 1 … n, shape (n,)."""
        return self.slopes_at(range(1, check_count("n", n, maximum=10_000_000) + 1))

    def slopes_at(self, numbers: range) -> FloatArray:
        """Return c_k for all k of `numbers`, in a row, shape (len(numbers),)."""
        if self.period > 1:
            period = [self.slope(k) for k in numbers[: self.period]]
            return np.resize(period, len(numbers))
        steep = self.is_steep(np.array(numbers), self.seed)
        return np.where(steep, self.steep, -self.gentle)

    @property
    def mean_slope(self) -> float:
        """The slope of the long run: its sign tells that the best place is x = -1."""
        return self.share * self.steep - (1 - self.share) * self.gentle

    def change(self, *, steep: float | None = None, seed: int | None = None) -> Self:
        """Return this example with another steep slope or seed.

        Raises
        ------
        ValueError
            For a steep slope so small that x = -1 is no longer the best place.
        """
        seed = self.seed if seed is None else check_count("seed", seed, minimum=0, maximum=2**63)
        if steep is None:
            return replace(self, seed=seed)
        return replace(self, steep=check_number("steep", steep, self.steep_slopes), seed=seed)

    @property
    def steep_slopes(self) -> Interval:
        """The steep slopes for which x = -1 is the best place."""
        return Interval(self.gentle * (1 - self.share) / self.share)


def project(theta: FloatArray) -> FloatArray:
    """Return the place of [-1, 1] nearest to `theta`, for ``descend(..., project=project)``.

    Reddi et al. weigh the distance by the root of the second moment; in an interval the nearest
    place is the same.

    Examples
    --------
    >>> project(np.array([1.25]))
    array([1.])
    """
    return np.minimum(np.maximum(theta, -1.0), 1.0)


def _every(period, k, seed):
    return k % period == 1


def _with_probability(share, k, seed):
    block, place = divmod(k - 1, _BLOCK)
    if isinstance(k, np.ndarray):
        first, last = int(block.min()), int(block.max())
        draws = np.stack([_draws(seed, number) for number in range(first, last + 1)])
        return draws[block - first, place] < share
    return _draws(seed, block)[place] < share


@lru_cache(maxsize=512)
def _draws(seed, block):
    return np.random.default_rng([seed, block]).random(_BLOCK)


# Section 5 of the paper.
_SYNTHETIC = {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "cooled": False, "corrected": True}

COUNTEREXAMPLES = Entries(
    (example.id, example)
    for example in (
        Counterexample(
            "every_third",
            "every third update",
            r"f_k(x) = C x \ \mathrm{if}\ k\ \mathrm{mod}\ 3 = 1,\ \mathrm{else}\ -x",
            "Reddi et al. 2018, section 3 (Theorem 1), C > 2",
            steep=3.0,
            gentle=1.0,
            is_steep=partial(_every, 3),
            period=3,
            share=1 / 3,
            settings={
                "eta": 0.1,
                "beta1": 0.0,
                "beta2": 0.1,
                "cooled": True,
                "corrected": False,
            },
            steepest=20.0,
        ),
        Counterexample(
            "every_101st",
            "every 101st update",
            r"f_k(x) = C x \ \mathrm{if}\ k\ \mathrm{mod}\ 101 = 1,\ \mathrm{else}\ -10 x",
            "Reddi et al. 2018, section 5, synthetic experiment",
            steep=1010.0,
            gentle=10.0,
            is_steep=partial(_every, 101),
            period=101,
            share=1 / 101,
            settings=_SYNTHETIC,
            steepest=4000.0,
        ),
        Counterexample(
            "at_random",
            "at random, 1 in 100",
            r"f_k(x) = C x \ \mathrm{with\ probability}\ 0.01,\ \mathrm{else}\ -10 x",
            "Reddi et al. 2018, section 5, stochastic synthetic experiment",
            steep=1010.0,
            gentle=10.0,
            is_steep=partial(_with_probability, 0.01),
            period=1,
            share=0.01,
            settings=_SYNTHETIC,
            steepest=4000.0,
        ),
    )
)
