"""Muon: a momentum whose matrices are made orthogonal, layer by layer."""

import numpy as np

from mlpteach.basics.arguments import FRACTION, Interval
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.parameters import ParameterLayout
from mlpteach.basics.style import BROWN, Style
from mlpteach.rules.record import Quantities, define

# The polynomial of Jordan's post: steepest at 0, so that few steps are enough.
_A, _B, _C = 3.4445, -4.775, 2.0315
# What a matrix is divided by at least: one that is 0 stays 0.
_LEAST = 1e-7

optimizer = define(
    "muon",
    title="Muon",
    style=Style(BROWN, "dotted", "v"),
    letters={
        "M": Symbol("M", "momentum: fading sum of the gradients"),
        "U": Symbol("U", "gradient with the next update's momentum put in early"),
        "orthogonal": Symbol("O", "the same, made orthogonal layer by layer"),
        "orthogonalized": Symbol("NS", "Newton–Schulz steps on the matrices of each layer"),
        "steps": Symbol("n", "Newton–Schulz steps", shape=""),
    },
    beyond_lecture=True,
)


@optimizer.form(
    "paper",
    source="Jordan et al. 2024, Muon: An optimizer for hidden layers in neural networks",
    differs="Not on the slides. It works on the matrices of the layers, so it descends no "
    "landscape. Its authors leave the biases to AdamW; here b^(l) is taken for a matrix of one "
    "column, which gets the length sqrt(n_out).",
    eta=Hyper(0.02, low=1e-4, high=1.0, log=True),
    beta=Hyper(0.95, low=0.0, high=0.999, allowed=FRACTION),
    steps=Hyper(5.0, low=1.0, high=10.0, allowed=Interval(1, 99, closed="both"), whole=True),
)
def muon(k, G, M, layout, *, eta, beta, steps):
    """Step by the nearest orthogonal matrix of each layer's momentum."""
    M = beta * M + G
    U = G + beta * M
    orthogonal = orthogonalized(U, layout, steps)
    rho = eta * orthogonal
    return Quantities(M=M, U=U, orthogonal=orthogonal, rho=rho)


def orthogonalized(U: FloatArray, layout: ParameterLayout, steps: float) -> FloatArray:
    """Return U with every W^(l) and b^(l) replaced by nearly the nearest orthogonal matrix.

    Times sqrt(n_out/n_in) where a matrix has more rows than columns, so that large and small
    layers move their outputs alike.
    """
    orthogonal = np.empty_like(U)
    for given, made in zip(layout.matrices(U), layout.matrices(orthogonal), strict=True):
        for matrix, place in zip(given, made, strict=True):
            n_out, n_in = matrix.shape
            place[...] = np.sqrt(max(1.0, n_out / n_in)) * newton_schulz(matrix, int(steps))
    return orthogonal


def newton_schulz(X: FloatArray, steps: int) -> FloatArray:
    """Return X with singular values near 1 (0.7 … 1.2), its singular vectors kept."""
    if len(X) > X.shape[1]:
        return newton_schulz(X.T, steps).T
    X = X / max(np.sqrt(np.vdot(X, X)), _LEAST)
    for _ in range(steps):
        XX = X @ X.T
        X = _A * X + (_B * XX + _C * XX @ XX) @ X
    return X
