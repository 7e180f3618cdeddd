"""Expressions against NumPy's own evaluation, and as they are written."""

import numpy as np
import pytest

from mlpteach.exercise.readback.expression import (
    Node,
    at_place,
    evaluate,
    fill,
    name,
    number,
    places,
    replaced,
    simplified,
    write,
)

M, G, BETA = name("M"), name("G"), name("beta")
VALUES = {"M": np.array([1.0, -2.0]), "G": np.array([3.0, 0.5]), "beta": 0.75}
# beta M + (1 - beta) G G
MEAN = Node(
    "+",
    (
        Node("*", (BETA, M)),
        Node("*", (Node("-", (number(1), BETA)), Node("square", (G,)))),
    ),
)


def test_it_evaluates_as_by_hand():
    # 0.75 · 1 + 0.25 · 9 = 3; 0.75 · (−2) + 0.25 · 0.25 = −1.4375
    assert evaluate(MEAN, VALUES, {}).tolist() == [3.0, -1.4375]


def test_only_what_a_change_reaches_is_evaluated_anew():
    memo = {}
    fill(MEAN, VALUES, memo)
    changed = at_place(MEAN, (0, 1), number(2))  # beta · 2 + …
    values = VALUES | {"G": None}  # is not needed any more
    assert evaluate(changed, values, memo).tolist() == [3.75, 1.5625]


def test_a_part_is_exchanged_at_one_place_or_everywhere():
    assert write(replaced(MEAN, {BETA: name("b")})) == "b * M + (1 - b) * G * G"
    first = next(place for place, node in places(MEAN) if node is BETA)
    assert write(at_place(MEAN, first, name("b"))) == "b * M + (1 - beta) * G * G"


@pytest.mark.parametrize(
    "text",
    [
        "(M + G) * beta",
        "M / (1 - beta**G)",
        "-np.sum(M * np.log(G), axis=0)",
        "M - beta * G / np.sqrt(G + M)",
        "(1 - beta)**G",
        "np.mean(np.minimum(M, 1 - M) < beta)",
    ],
)
def test_what_is_written_is_what_python_reads(text):
    from mlpteach.exercise.readback.formula import formulas_of
    from mlpteach.exercise.reading import parse_sheet

    toml = f"""[f]
parameters = ["M", "G", "beta"]
returns = ["A"]
solution = '''
def f(M, G, beta):
    return {text}
'''
"""
    formula = formulas_of(parse_sheet("sheet", toml), "f").alone["A"]
    assert write(formula) == text
    with np.errstate(all="ignore"):
        expected = eval(text, {"np": np}, VALUES)
        np.testing.assert_array_equal(evaluate(formula, VALUES, {}), expected)


def test_factors_of_1_are_not_written():
    assert write(simplified(Node("/", (Node("*", (number(1), M)), number(1))))) == "M"
