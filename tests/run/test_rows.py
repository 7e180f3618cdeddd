"""Rows can do what acts on single entries, and refuse whatever could mix the runs."""

import copy
import math

import numpy as np
import pytest

from mlpteach.run.rows import MixesRuns, Rows

ARRAY = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
SCALE = np.array([1.0, 10.0, 100.0])
ETAS = [0.1, 0.2]


@pytest.fixture
def refused():
    return []


@pytest.fixture
def G(refused):
    return Rows(ARRAY, refused)


@pytest.fixture
def eta(refused):
    return Rows(np.array(ETAS)[:, None], refused, numbers=True)


ENTRY_BY_ENTRY = {
    "operators": lambda G, eta: (1 - eta**2) * G + G / 2.0 - -G * abs(G) % 3 // 2,
    "swapped": lambda G, eta: 1.0 - G + 2.0 * G / 3.0 + 1.0 / (eta + 1) ** 2 - 2.0**G + (7 % eta),
    "functions": lambda G, eta: np.sqrt(G * G + eta) + np.maximum(G, 0.0) * np.sign(G) + np.exp(-G),
    "where": lambda G, eta: np.where((G > 0) & ~(G >= 5.0), eta * G, np.clip(G, -1.0, eta)),
    "comparisons": lambda G, eta: (G < 1.0) + 1.0 * (G == 3.0) - 2 * (G != 3.0) + (eta <= 0.1) * G,
    "of all runs alike": lambda G, eta: (
        G * SCALE + np.float64(2.0) * G - SCALE / (G + np.array(0.5))
    ),
    "copies": lambda G, eta: np.zeros_like(G) + np.ones_like(G) * eta + np.copy(G),
    "a choice by a plain number": lambda G, eta: G if 3 > 2 else eta,
}


@pytest.mark.parametrize("function", ENTRY_BY_ENTRY.values(), ids=ENTRY_BY_ENTRY.keys())
def test_each_row_is_what_its_run_alone_has(function, G, eta, refused):
    together = function(G, eta).array
    for row, value, own in zip(ARRAY, ETAS, together, strict=True):
        np.testing.assert_array_equal(own, function(row, value))
    assert refused == []


def test_python_decides_only_where_all_are_plain_numbers(refused):
    """1.0 / 0.0 raises in Python and is infinite in NumPy."""
    zero = Rows(np.zeros((2, 1)), refused, numbers=True)
    one = Rows(np.ones((2, 1)), refused, numbers=True)
    ones = Rows(np.ones((2, 3)), refused)
    with np.errstate(divide="ignore"):
        for quotient in (ones / zero, np.divide(ones, zero)):
            assert np.isinf(quotient.array).all()
        assert np.isinf(np.divide(np.ones((2, 3))[0], zero * ones).array).all()
    assert refused == []
    for divide in (lambda: one / zero, lambda: np.divide(one, zero), lambda: 1.0 / zero):
        with pytest.raises(MixesRuns):
            divide()


MIXED = {
    "norm": lambda G, eta: G / np.linalg.norm(G),
    "sum": lambda G, eta: np.sum(G),
    "an array of rows": lambda G, eta: G * np.ones((2, 3)),
    "method": lambda G, eta: G.max(),
    "reduce": lambda G, eta: np.add.reduce(G),
    "matmul": lambda G, eta: G @ G,
    "swapped matmul": lambda G, eta: SCALE @ G,
    "dot": lambda G, eta: np.dot(G, G),
    "einsum": lambda G, eta: np.einsum("i,i->", G, G),
    "an entry": lambda G, eta: G[0],
    "unpacked": lambda G, eta: [*G],
    "length": lambda G, eta: len(G),
    "shape": lambda G, eta: np.zeros(G.shape),
    "if": lambda G, eta: G if G > 0 else -G,
    "if of a number": lambda G, eta: G if eta > 0.15 else -G,
    "max of Python": lambda G, eta: max(eta, 0.15) * G,
    "array": lambda G, eta: np.asarray(G),
    "array of several": lambda G, eta: np.array([G, G]),
    "float": lambda G, eta: float(eta) * G,
    "math": lambda G, eta: math.sqrt(eta) * G,
    "rounded": lambda G, eta: round(eta, 1) * G,
    "printed": lambda G, eta: str(G),
    "quotient and rest": lambda G, eta: divmod(G, 2.0),
    "formatted": lambda G, eta: float(f"{eta:.3g}") * G,
    "shown": lambda G, eta: repr(G),
    "cumulated": lambda G, eta: np.cumsum(G),
    "sorted": lambda G, eta: np.sort(G),
    "only where": lambda G, eta: np.where(G > 0),
    "nan_to_num": lambda G, eta: np.nan_to_num(G),
    "vectorized": lambda G, eta: np.vectorize(math.exp)(G),
    "objects": lambda G, eta: np.frompyfunc(math.exp, 1, 1)(G),
    "two results": lambda G, eta: np.modf(G),
    "given an array for the result": lambda G, eta: np.exp(G, out=np.empty(3)),
    "asked for its kind": lambda G, eta: G * 2 if isinstance(G, np.ndarray) else G,
    "asked whether it is a scalar": lambda G, eta: G * 2 if np.isscalar(eta) else G,
    "remembered": lambda G, eta: {G: 1},
    "copied": lambda G, eta: copy.deepcopy(G),
    "with a matrix": lambda G, eta: G * np.ones((2, 3)),
    "with a list": lambda G, eta: eta * [1.0, 2.0, 3.0],
    "with None": lambda G, eta: G == None,  # noqa: E711
    "Python raises": lambda G, eta: 1 / (eta - 0.1) * G,
    "Python raises too": lambda G, eta: G * 1e200**eta**-3.0,
}


@pytest.mark.parametrize("function", MIXED.values(), ids=MIXED.keys())
def test_what_could_mix_the_runs_is_refused(function, G, eta, refused):
    with pytest.raises(MixesRuns):
        function(G, eta)
    assert refused


def test_rows_are_never_changed_in_place(G):
    with pytest.raises(MixesRuns):
        G *= 2.0
    with pytest.raises(MixesRuns):
        G[0] = 1.0
    np.testing.assert_array_equal(G.array, ARRAY)


def test_a_refusal_that_is_caught_is_known_all_the_same(G, refused):
    try:
        length = np.linalg.norm(G)
    except Exception:
        length = 1.0
    assert (G / length).refused == refused == ["np.linalg.norm"]


def test_an_array_divided_by_zero_is_infinite_as_alone(G, eta):
    with np.errstate(divide="ignore"):
        assert (1.0 / (G - 1.0)).array[0, 0] == np.inf
        assert ((G / (eta - 0.1)).array[0] == [np.inf, -np.inf, np.inf]).all()


def test_a_refusal_names_what_was_asked_for(G, refused):
    with pytest.raises(MixesRuns, match=r"\.argsort"):
        G.argsort()
    assert refused == [".argsort"]
