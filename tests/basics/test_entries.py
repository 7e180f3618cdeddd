"""Tables say what they have where they are asked for something else."""

import pickle

import pytest

import mlpteach as mt
from mlpteach.basics.entries import Entries


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (mt.RULES, "adam"), (mt.LOSSES, "cross_entropy"), (mt.ACTIVATIONS, "silu"),
        (mt.INITIALIZERS, "glorot"), (mt.SCHEDULES, "cooling"), (mt.LANDSCAPES, "beale"),
        (mt.COUNTEREXAMPLES, "every_third"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_all_that_are_known(table, known):
    with pytest.raises(KeyError, match=rf"'adma' is unknown; allowed: .*\b{known}\b"):
        table["adma"]
    assert table.get("adma") is None


def test_what_a_run_has_kept_is_named():
    X, y = mt.datasets.moons(n=40, seed=1)
    trace = mt.train(mt.MLP((2, 3, 1), seed=1), X, y, epochs=1, progress=False)
    for history in (trace.history, pickle.loads(pickle.dumps(trace)).history):
        with pytest.raises(KeyError, match=r"'acc' is unknown; allowed: .*accuracy"):
            history["acc"]


def test_an_empty_table_says_so():
    with pytest.raises(KeyError, match="none yet"):
        Entries()["a"]
