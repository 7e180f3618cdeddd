"""How the first weights are drawn: the variance of W decides whether signals fade or explode."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlpteach.basics.record import Record
from mlpteach.basics.style import BLUE, GREEN, GREY, ORANGE, PINK, VIOLET, Style


@dataclass(frozen=True, kw_only=True)
class Initializer(Record):
    """A way to draw one layer.

    Attributes
    ----------
    id, title, source, style, beyond_lecture
        As in :class:`Record`.
    latex : str
        The distribution of a weight.
    draw : callable
        (rng, n_in, n_out) -> W (n_out, n_in), b (n_out,).
    """

    latex: str = ""
    draw: Callable


def _uniform(rng, n_in, n_out):
    return rng.uniform(-1.0, 1.0, (n_out, n_in)), np.zeros(n_out)


def _nielsen(rng, n_in, n_out):
    return rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), rng.standard_normal(n_out)


def _glorot(rng, n_in, n_out):
    limit = np.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_out, n_in)), np.zeros(n_out)


def _he(rng, n_in, n_out):
    return rng.standard_normal((n_out, n_in)) * np.sqrt(2.0 / n_in), np.zeros(n_out)


def _zeros(rng, n_in, n_out):
    return np.zeros((n_out, n_in)), np.zeros(n_out)


def _orthogonal(rng, n_in, n_out):
    columns = rng.standard_normal((n_out, n_in))
    Q, R = np.linalg.qr(columns if n_out >= n_in else columns.T)
    Q *= np.sign(np.diag(R))  # else not all directions were equally likely
    return np.ascontiguousarray(Q if n_out >= n_in else Q.T), np.zeros(n_out)


INITIALIZERS = {
    initializer.id: initializer
    for initializer in (
        Initializer(
            id="uniform",
            title="uniform",
            latex=r"W \sim U(-1, 1)",
            source="the course's notebooks",
            style=Style(GREY, "dotted", "X"),
            draw=_uniform,
        ),
        Initializer(
            id="nielsen",
            title="Nielsen",
            latex=r"W \sim N(0, \frac{1}{n_{in}}),\ b \sim N(0, 1)",
            source="Nielsen, Neural Networks and Deep Learning, chapter 3",
            style=Style(BLUE, "dashed", "s"),
            draw=_nielsen,
        ),
        Initializer(
            id="glorot",
            title="Glorot",
            latex=r"W \sim U(\pm\sqrt{\frac{6}{n_{in} + n_{out}}})",
            source="Glorot & Bengio 2010, equation 16",
            style=Style(GREEN, "dashdot", "^"),
            draw=_glorot,
        ),
        Initializer(
            id="he",
            title="He",
            latex=r"W \sim N(0, \frac{2}{n_{in}})",
            source="He et al. 2015, equation 10",
            style=Style(ORANGE, "solid", "o"),
            draw=_he,
        ),
        Initializer(
            id="zeros",
            title="zeros",
            latex=r"W = 0",
            source="shows why symmetry has to be broken",
            style=Style(PINK, "dotted", "D"),
            draw=_zeros,
        ),
        Initializer(
            id="orthogonal",
            title="orthogonal",
            latex=r"W^T W = I\ \mathrm{or}\ W W^T = I",
            source="Saxe, McClelland & Ganguli 2014; signs as in Mezzadri 2007",
            style=Style(VIOLET, "dashed", "v"),
            beyond_lecture=True,
            draw=_orthogonal,
        ),
    )
}
