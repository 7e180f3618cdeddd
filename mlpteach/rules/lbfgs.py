"""L-BFGS: a quasi-Newton direction from the last few steps, and a line search for its length.

Nocedal & Wright, *Numerical Optimization* (2nd ed.): Algorithm 7.4 (two-loop recursion) gives the
direction, 7.5 keeps the last `memory` pairs (s, y); how far to go is found in line_search.py.
"""

import numpy as np

from mlpteach.basics.arguments import Interval
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import BROWN, Style
from mlpteach.rules.line_search import armijo_step, wolfe_step
from mlpteach.rules.record import Quantities, define

_SLOPE_TOO_SMALL = 1e-14  # s·y below this share of |s||y| would spoil the recursion


def _initial(theta, values):
    empty = np.empty((0, theta.size))
    return {
        "G_previous": np.zeros_like(theta),
        "step_length": 1.0,
        "s_memory": empty,
        "y_memory": empty,
    }


def _check(values):
    """Raise ValueError where no step can meet both Wolfe conditions."""
    c1, c2 = values["c1"], values["c2"]
    if not c1 < c2:
        raise ValueError(
            f"c1 must be smaller than c2 (strong Wolfe conditions); given c1={c1:g}, c2={c2:g}."
        )


optimizer = define(
    "lbfgs",
    title="L-BFGS",
    order=10,
    style=Style(BROWN, "dashed", "D"),
    letters={
        "direction": Symbol("p", "search direction"),
        "step_length": Symbol("α", "step length found by the line search", shape=""),
        "s": Symbol("s", "last step"),
        "y": Symbol("y", "change of the gradient over the last step"),
        "G_next": Symbol("g", "gradient after the step", subscript="next"),
        "s_memory": Symbol("S", "steps that are remembered", shape="(pairs, n)"),
        "y_memory": Symbol("Y", "changes of the gradient over them", shape="(pairs, n)"),
    },
)


@optimizer.form(
    "paper",
    source="Nocedal & Wright 2006, Algorithms 7.4 and 7.5, strong Wolfe line search",
    differs="Named in demo 07; meant for full batches.",
    initial=_initial,
    check=_check,
    own_step_length=True,
    memory=Hyper(10.0, low=1.0, high=50.0, allowed=Interval(1, 1000, closed="both"), whole=True),
    c1=Hyper(1e-4, low=1e-6, high=0.4, log=True, allowed=Interval(0, 0.5)),
    c2=Hyper(0.9, low=0.1, high=0.99, allowed=Interval(0, 1)),
)
def lbfgs(k, W, G, J, objective, G_previous, step_length, s_memory, y_memory, *, memory, c1, c2):
    """Step along the quasi-Newton direction as far as the strong Wolfe conditions ask.

    Where no such step is found (a cost without a lower bound has none) the memory is dropped and
    the gradient's direction tried, then any step along it that lowers the cost enough. Where that
    fails too W stays (``step_length`` 0): the rule has arrived, the cost can't be lowered further
    in these numbers. It then stays without trying again, until the gradient is another one.
    """
    has_arrived = step_length == 0.0 and np.array_equal(G, G_previous)
    direction = -two_loop(G, s_memory, y_memory)
    G_next = G
    if not has_arrived:
        step_length, G_next = wolfe_step(objective, W, direction, J, G, c1, c2)
        if step_length == 0.0 and len(s_memory):
            s_memory, y_memory = s_memory[:0], y_memory[:0]
            direction = -two_loop(G, s_memory, y_memory)
            step_length, G_next = wolfe_step(objective, W, direction, J, G, c1, c2)
        if step_length == 0.0:
            step_length, G_next = armijo_step(objective, W, direction, J, G, c1)
    s = step_length * direction
    y = G_next - G
    if s @ y > _SLOPE_TOO_SMALL * np.sqrt((s @ s) * (y @ y)):
        s_memory = np.vstack([s_memory, s])[-int(memory) :]
        y_memory = np.vstack([y_memory, y])[-int(memory) :]
    rho = -s
    return Quantities(
        direction=direction,
        step_length=step_length,
        s=s,
        y=y,
        rho=rho,
        s_memory=s_memory,
        y_memory=y_memory,
    )


def two_loop(G: FloatArray, s_memory: FloatArray, y_memory: FloatArray) -> FloatArray:
    """Return H G for the inverse Hessian H that the pairs imply (Algorithm 7.4).

    Parameters
    ----------
    G : ndarray, shape (n,)
    s_memory, y_memory : ndarray, shape (pairs, n)
        Steps and changes of the gradient, oldest first. With none H scales G to length <= 1.
    """
    if not len(s_memory):
        return G / max(1.0, float(np.sqrt(G @ G)))
    q = G.copy()
    alphas = []
    for s, y in zip(s_memory[::-1], y_memory[::-1], strict=True):
        alpha = (s @ q) / (y @ s)
        q = q - alpha * y
        alphas.append(alpha)
    s, y = s_memory[-1], y_memory[-1]
    r = (s @ y) / (y @ y) * q
    for s, y, alpha in zip(s_memory, y_memory, reversed(alphas), strict=True):
        r = r + s * (alpha - (y @ r) / (y @ s))
    return r
