"""Whatever a public call is given, it works or says in words what was wrong and what is allowed."""

import decimal
import re
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
from examples import instances

import mlpteach as mt
from mlpteach.study.signals import measure, moments
from mlpteach.tables.landscapes import noisy, own_landscape

PACKAGE = str(Path(mt.__file__).parent)
X, Y = instances(12)
NET = mt.MLP((4, 5, 3))
TRACE = mt.train(NET, X, Y, epochs=2, batch_size=6)
DESCENT = mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.5], steps=3)


class NoArray:
    """Refuses to become an array, as a tensor that records its gradient does."""

    def __array__(self, *arguments, **options):
        raise RuntimeError("can't call numpy() on me")


class NoRepr:
    def __repr__(self):
        raise RuntimeError("not written")


class NoLength:
    def __len__(self):
        raise RuntimeError("endless")


ODD = [
    None, True, 0, -1, 3, 10**9, 10**30, 0.5, -2.5, float("nan"), float("inf"), 1j,
    "", "nope", "adam", b"x", [], (), {}, {"a": 1}, set(), [1, 2, 3], [[1.0, 2.0], [3.0]],
    ["a", "b"], [None, None], np.array(3), np.array([]), np.array(["a"]), np.array([1, 2]),
    np.array([1.0, 2.0]), np.zeros((2, 2)), np.zeros((0, 3)), np.array([None, 1.0], dtype=object),
    np.array([1.0, 2.0], dtype=object), np.ma.array([1.0, 2.0], mask=[False, True]),
    np.array(["2020-01-01"], dtype="M8[D]"), np.float32(1), np.int8(3), decimal.Decimal("1.5"),
    lambda: 1, lambda *a, **k: None, int, len, object(), NoArray(), NoRepr(), NoLength(), mt,
    mt.RULES["adam"], mt.rule("adam"), mt.SCHEDULES["cooling"], mt.LOSSES["mse"],
    mt.ACTIVATIONS["tanh"], mt.INITIALIZERS["he"], mt.LANDSCAPES["beale"], TRACE, NET,
    mt.Quantities, range(3), slice(1, 2), ..., [("gd", "paper")],
]  # fmt: skip


def bowl(W):
    return float(W @ W), 2 * W


SEED = {"seed": 1}
PROBLEM = {"X": X, "y": Y, "loss": "mse", "l2": 0.0}
RUN = {"rule": "gd", "schedule": None, "progress": False}
# What is called, with arguments that work.
CALLS = {
    "train": (
        mt.train,
        {"net": NET, **PROBLEM, **RUN, **SEED, "epochs": 1, "batch_size": 6, "validation": (X, Y)},
    ),
    "descend": (mt.descend, {"objective": bowl, "theta0": [1.0], **RUN, "steps": 2,
                             "project": None}),
    "MLP": (mt.MLP, {"sizes": (4, 5, 3), "hidden": "tanh", "output": "sigmoid", "init": "glorot",
                     **SEED, "weights": None}),
    "rule": (mt.rule, {"id": "adam", "form": None, "eta": 0.1}),
    "rule.bind": (mt.rule("adam").bind, {"eta": 0.1, "bias_correction": True}),
    "schedule": (mt.schedule, {"id": "cooling", "eps": 0.1}),
    "schedule()": (mt.SCHEDULES["staircase"], {"d": 0.1, "k_d": 3}),
    "own_loss": (mt.own_loss, {"function": lambda Y, A: A - Y, "cost": "mse"}),
    "gradient_check": (
        mt.gradient_check, {"net": NET, **PROBLEM, **SEED, "h": 1e-5, "entries": 3}
    ),
    "compare": (mt.compare, {"trace": TRACE, "reference": "adam", "rtol": 1e-9}),
    "rerun": (mt.rerun, {"trace": TRACE, "rule": "gd"}),
    "Cursor": (mt.Cursor, {"trace": TRACE, "k": 1}),
    "cursor.back": (mt.Cursor(TRACE).back, {"unit": "line"}),
    "trace[]": (lambda index: TRACE[index], {"index": 0}),
    "trace.epoch": (TRACE.epoch, {"number": 1}),
    "trace.network": (TRACE.network, {"k": 1}),
    "trace.steps": (TRACE.steps, {"first": 1, "last": 2}),
    "trace.gather": (lambda name: DESCENT.gather(name), {"name": "rho"}),
    "net.outputs": (NET.outputs, {"X": X}),
    "net.predict": (NET.predict, {"X": X}),
    "net.accuracy": (NET.accuracy, {"X": X, "y": Y}),
    "net.loss": (NET.loss, PROBLEM),
    "net.with_parameters": (NET.with_parameters, {"flat": NET.parameters.flat}),
    "sigmoid": (mt.ACTIVATIONS["sigmoid"], {"Z": 1.0}),
    "softmax": (mt.ACTIVATIONS["softmax"], {"Z": 1.0}),
    "derivative": (mt.ACTIVATIONS["silu"].derivative, {"Z": 1.0}),
    "landscape": (mt.LANDSCAPES["beale"], {"theta": np.ones(2)}),
    "own_landscape": (own_landscape, {"objective": bowl, "window": (-1, 1, -1, 1),
                                      "start": (0, 0), "minima": ()}),
    "noisy": (noisy, {"objective": bowl, "sigma": 0.1, **SEED}),
    "counterexample": (mt.COUNTEREXAMPLES["every_third"], {"theta": np.ones(1), "k": 1}),
    "slopes": (mt.COUNTEREXAMPLES["every_third"].slopes, {"n": 3}),
    "moons": (mt.datasets.moons, {"n": 10, "noise": 0.1, **SEED}),
    "spirals": (mt.datasets.spirals, {"n": 10, "arms": 2, "turns": 1.0, "noise": 0.1, **SEED}),
    "xor": (mt.datasets.xor, {"n": 10, "noise": 0.1, **SEED}),
    "measure": (measure, {"trace": TRACE, "X": X, "y": Y, "ks": [1, 2]}),
    "moments": (moments, {"updates": 5}),
}  # fmt: skip
IN_WORDS = re.compile(r"given|unknown|returned|it was|the trace holds|allowed|it has|takes \(")


def complaint(call, arguments):
    """Return what is wrong about how the call refuses its arguments; "" for nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of runs that diverge
            call(**arguments)
    except (TypeError, ValueError, IndexError) as error:
        raised_in = traceback.extract_tb(error.__traceback__)[-1].filename
        if not raised_in.startswith(PACKAGE):
            return f"raised in {raised_in}: {error}"
        if not IN_WORDS.search(str(error)):
            return f"without words: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def written(value):
    return "an object" if isinstance(value, NoRepr) else repr(value)[:40]


@pytest.mark.parametrize("name", CALLS)
def test_odd_arguments(name):
    call, good = CALLS[name]
    call(**good)
    complaints = {
        f"{parameter}={written(value)}": said
        for parameter in good
        for value in ODD
        if (said := complaint(call, {**good, parameter: value}))
    }
    assert not complaints


def test_a_raw_error_would_be_found():
    assert "KeyError: 'x'" in complaint(lambda a: {}[a], {"a": "x"})
    assert "raised in" in complaint(lambda a: np.zeros(a), {"a": "x"})
