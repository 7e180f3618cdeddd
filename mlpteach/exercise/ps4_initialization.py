"""The checks of problem set 4: how weights are drawn, and what becomes of a signal."""

from itertools import pairwise

import numpy as np

from mlpteach.exercise.diagnosis import values_check
from mlpteach.exercise.differences import Finding, close
from mlpteach.exercise.protocol import Call, Check, Excuse, Verdict
from mlpteach.exercise.reading import read_sheet
from mlpteach.exercise.replies import arrays

SHEET = read_sheet("ps4_initialization")
_SILENT = ("raises", "returns_none")  # attempts, unlike what is not written
_SEEDS = 2**31


def _sizes(rng):
    """Inputs and outputs of two layers, other ones each time.

    They are far apart, so that an exchange is seen; so are their sums, so that one number for both
    is seen.
    """
    for n_in, n_out in [(240, 80), (40, 500)]:
        yield tuple(int(n * rng.uniform(0.95, 1.15)) for n in (n_in, n_out))


def _drawn(function):
    def scenario(rng):
        for n_in, n_out in _sizes(rng):
            call = Call(function, (n_in, n_out, int(rng.integers(_SEEDS))))
            yield f"for {n_in} inputs and {n_out} outputs", call

    return scenario


def _seeds(rng):
    """Check that a seed decides the weights, and that another seed gives others."""
    seeds = [int(seed) for seed in rng.choice(_SEEDS, 2, replace=False)]
    found = {}
    for function in ("glorot", "he"):
        found[function] = yield from _seed_decides(function, *seeds)
    silent = {name: verdict for name, verdict in found.items() if verdict.mistake in _SILENT}
    lost = next((verdict for verdict in found.values() if not verdict.passed), None)
    if len(silent) == 1 and lost in silent.values():
        [name] = silent
        message = f"Right but for {name}: what stops there costs its points in its own check."
        excuse = Excuse((), lost, ({name: SHEET.tasks[name].solution},))
        return Verdict(1.0, message, excuse=excuse)
    return lost or Verdict(1.0, "Right: the seed decides the weights.")


def _seed_decides(function, first, second):
    drawn = []
    for seed in (first, first, second):
        reply = yield Call(function, (6, 4, seed))
        found = arrays(SHEET.tasks[function], reply)
        if isinstance(found, Finding):
            return Verdict(0.0, f"{function} {found.how}.", found.kind)
        drawn.append(found["W"])
    return _decides(function, drawn)


def _decides(function, drawn):
    """Return the verdict on weights drawn twice from a seed, and from another one."""
    # Rows and columns exchanged are init_glorot's and init_he's affair.
    if sorted(drawn[0].shape) != [4, 6] or np.unique(drawn[0]).size < drawn[0].size:
        return Verdict(0.0, f"{function} must draw a number for each weight before a seed can "
                       "decide them: look at init_glorot and init_he first.",
                       "nothing_drawn")  # fmt: skip
    again = drawn[0].shape == drawn[1].shape and close(drawn[0], drawn[1])
    if not again:
        return Verdict(0.0, f"{function} draws other weights when it is called again with the "
                       "same seed: make the generator from the seed inside the function.",
                       "seed_not_used")  # fmt: skip
    if drawn[2].shape == drawn[0].shape and close(drawn[2], drawn[0]):
        return Verdict(0.0, f"{function} draws the same weights whatever the seed is.",
                       "seed_ignored")  # fmt: skip
    return Verdict(1.0, f"{function} is right: the seed decides the weights.")


def _shares(rng):
    ends = np.array([0.001, 0.999])
    for outputs, instances in [(4, 6), (4, 5)]:
        A = rng.uniform(0.05, 0.95, (outputs, instances))
        # More at 1 than at 0, and some between the two margins that are asked.
        A.flat[:3], A.flat[3:5], A.flat[5:7] = ends[1], ends[0], [0.02, 0.97]
        A.flat[7:10] = [0.0, 1.0, 1.0]  # as saturated as can be
        # On both sides of the margin that holds where none is given, and just above it.
        A.flat[10:15] = [0.006, 0.9905, 0.015, 0.985, 0.01005]
        A.flat[15] = 0.01  # not closer than the margin
        # One instance with all outputs saturated, in every draw: whoever asks for that finds it.
        whole, rest = rng.permutation(A.flat[:outputs]), rng.permutation(A.flat[outputs:])
        columns = np.append(whole, rest).reshape(instances, outputs)
        A = np.ascontiguousarray(rng.permutation(columns).T)
        yield f"for {outputs} units and {instances} instances", Call("saturated_share", (A,))
    yield "for 35 units and 20 instances", Call("saturated_share", (_many_outputs(rng, 0.01),))
    for which, margin in (
        ("another", rng.uniform(0.032, 0.048)),
        ("a wide", rng.uniform(0.2, 0.3)),
    ):
        call = Call("saturated_share", (_many_outputs(rng, margin),), {"margin": float(margin)})
        yield f"with {which} margin", call


def _many_outputs(rng, margin):
    """So many that a share is hardly by chance that of another line; more near 0 than near 1."""
    below, above = rng.uniform(0.1, 0.98, 90) * margin, 1.02 * margin
    near, far = rng.uniform(above, min(2 * margin, 0.5), 90), rng.uniform(above, 0.5, 520)
    distance = np.concatenate([below, near, far])
    near_1 = rng.random(700) < 0.4
    return rng.permutation(np.where(near_1, 1 - distance, distance)).reshape(35, 20)


def _spreads(rng):
    for layers, units in [(3, 5), (4, 4)]:
        X = rng.normal(0, 1, (units, units))
        weights = rng.normal(0, 0.8, (layers, units, units))
        yield f"for {layers} layers of {units} units", Call("layer_spreads", (X, weights))
    sizes = (4, 6, 2, 3)
    weights = [rng.normal(0, 0.8, (n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    X = rng.normal(0, 1, (sizes[0], 5))
    yield "for layers of different sizes", Call("layer_spreads", (X, weights))
    # Each far from 0 where what it is multiplied with is small: whoever clips is seen.
    X, W = rng.normal(0, 0.05, (3, 4)), rng.normal(0, 0.05, (3, 3))
    X[0, 0], W[2, 2] = 150.0, -12.0
    yield "for a large input and a large weight", Call("layer_spreads", (X, [W, W.T]))


def _values(id, title, function, points, scenario):
    return Check(id, title, (function,), points, values_check(SHEET, scenario))


CHECKS = {
    check.id: check
    for check in (
        _values("init_glorot", "Glorot's weights", "glorot", 5, _drawn("glorot")),
        _values("init_he", "He's weights", "he", 5, _drawn("he")),
        Check("init_seeds", "the seed decides", ("glorot", "he"), 2, _seeds),
        _values("init_saturated", "the share of saturated outputs", "saturated_share", 3, _shares),
        _values("init_spreads", "the spread of each layer", "layer_spreads", 3, _spreads),
    )
}  # fmt: skip
