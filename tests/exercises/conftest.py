"""What the tests of the exercises share: the notebooks, the solutions and their slips."""

import os
import re
import sys
from pathlib import Path

import nbformat
import pytest

COURSE = Path(__file__).resolve().parents[2] / "exercises"

SOLUTION_CELL = {"ps1_cross_entropy": "sensitivity_cross_entropy", "ps2_adam": "adam_update"}

# What a student hands in, as changes (old, new) of the model solution. The mistakes are those seen
# in the course's own notebooks and in public teaching code.
SLIPS = {
    "ps1_cross_entropy": {
        "model": [],
        "mse_kept": [("A3 - Y", "-2 * (Y - A3) * A3 * (1 - A3)")],
        "wrong_sign": [("A3 - Y", "Y - A3")],
        "divided_by_n": [("A3 - Y", "(A3 - Y) / Y.shape[1]")],
        "summed_over_instances": [("A3 - Y", "(A3 - Y).sum(axis=1, keepdims=True)")],
        "slope_forgotten": [("A3 - Y", "(A3 - Y) / (A3 * (1 - A3))")],
        "long_way": [("A3 - Y", "(-Y / A3 + (1 - Y) / (1 - A3)) * A3 * (1 - A3)")],
        "changes_inputs": [("return A3 - Y", "A3 -= Y\n    return A3")],
        "outputs_returned": [("A3 - Y", "A3")],
        "untouched": [("return A3 - Y", "raise NotImplementedError()")],
    },
    "ps2_adam": {
        "model": [],
        "no_bias_correction": [(" / (1 - beta1**k)", ""), (" / (1 - beta2**k)", "")],
        "bias_multiplied": [("M / (", "M * ("), ("V / (", "V * (")],
        "k_always_1": [("beta1**k", "beta1"), ("beta2**k", "beta2")],
        "k_from_0": [("beta1**k", "beta1 ** (k + 1)"), ("beta2**k", "beta2 ** (k + 1)")],
        "eps_outside": [("np.sqrt(V_hat + eps)", "(np.sqrt(V_hat) + eps)")],
        "eps_missing": [("V_hat + eps", "V_hat")],
        "changes_inputs": [("W = W - eta *", "W -= eta *")],
        "wrong_sign": [("W - eta", "W + eta")],
        "gradient_not_squared": [("G * G", "G")],
        "corrected_moments_returned": [("W, M, V\n", "W, M_hat, V_hat\n")],
        "momentum_forgotten": [("eta * M_hat", "eta * G")],
        "constants_of_the_slide": [
            ("    M = beta1 * M", "    eta, beta1, beta2 = 0.001, 0.9, 0.999\n    M = beta1 * M")
        ],
        "inputs_returned": [("    M = beta1 * M", "    return W, M, V\n    M = beta1 * M")],
        "untouched": [("    M = beta1 * M", "    raise NotImplementedError()\n    M = beta1 * M")],
    },
}


def _read(assignment):
    return nbformat.read(COURSE / "source" / assignment / f"{assignment}.ipynb", as_version=4)


def _solve(notebook, assignment, slip):
    """Put the model solution, changed by a slip, into a notebook's solution cell."""
    wanted = SOLUTION_CELL[assignment]
    [source] = [cell.source for cell in _read(assignment).cells if cell.id == wanted]
    answer = re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", source)
    for old, new in SLIPS[assignment][slip]:
        assert old in answer, f"{assignment}, {slip}: the model solution has no {old!r}"
        answer = answer.replace(old, new)
    [cell] = [cell for cell in notebook.cells if cell.id == wanted]
    cell.source = answer
    return notebook


def _environment(home):
    """Return the process's environment with everything of Jupyter's under another home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG", "PYTHONWARNINGS"))
    }
    # nbgrader calls alembic by its bare name, so its folder has to be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    jupyter = {
        f"JUPYTER_{kind}_DIR": str(home / "jupyter" / kind.lower())
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    return kept | jupyter | {"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "PATH": path}


@pytest.fixture(scope="session")
def course():
    """The repository's nbgrader course."""
    return COURSE


@pytest.fixture(scope="session")
def read_source():
    """Read an assignment's source notebook: ``read_source(assignment)``."""
    return _read


@pytest.fixture(scope="session")
def solve():
    """Fill in a notebook: ``solve(notebook, assignment, slip)``."""
    return _solve


@pytest.fixture(scope="session")
def environment_at():
    """Environment of a person with a home of their own: ``environment_at(home)``."""
    return _environment
