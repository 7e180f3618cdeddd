"""Whether a function was tried at all, also where its cell is no Python."""

import pytest

from mlpteach.exercise.attempts import is_attempt

MODEL = "def second_moment(V, G, beta2=0.999):\n    return beta2 * V + (1 - beta2) * G * G\n"
HEAD = "def second_moment(V, G, beta2=0.999):\n"


@pytest.mark.parametrize(
    "line",
    [
        "return beta2 * V + (1 - beta2 * G ** 2",  # no Python
        "return beta * V + (1 - beta) * np.square(G)",  # a name misspelt
        "V = V * beta2\n\n    V = V + (1 - beta2) * g(G)\n    return V",
    ],
)
def test_lines_that_work_with_the_parameters_are_an_attempt(line):
    assert is_attempt(["import numpy as np", f"{HEAD}    {line}\n"], "second_moment", MODEL)


@pytest.mark.parametrize(
    "line",
    [
        "raise NotImplementedError()",
        "raise ValueError(beta2, V, G)",
        "return 1 / 0 * 1 + 1 - 1",
        "# beta2 * V + (1 - beta2) * G * G\n    raise ValueError",
        '"""beta2 * V + (1 - beta2) * G * G"""\n    return V.nothing',
    ],
)
def test_a_stub_is_none(line):
    assert not is_attempt([f"{HEAD}    {line}\n"], "second_moment", MODEL)


def test_the_last_definition_holds_and_a_missing_one_is_no_attempt():
    stub = f"{HEAD}    raise ValueError\n"
    assert not is_attempt([MODEL, stub], "second_moment", MODEL)
    assert is_attempt([stub, MODEL], "second_moment", MODEL)
    assert not is_attempt(["V = 1"], "second_moment", MODEL)
