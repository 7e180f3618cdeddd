"""Frames of small images: a run's batches, what its units look at, and its wrong answers."""

from collections.abc import Sequence
from functools import cache, partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.trace import Trace
from mlpteach.study.images import wrong_answers
from mlpteach.views.frames import Frames, spread
from mlpteach.views.image_panels import Images, pack_images, packed_size

# Images of a batch, and wrong answers, that are shown at most.
MOST_OF_BATCH, MOST_WRONG = 64, 16
# Of all weights over the run, this share is drawn no stronger than the limit: a few far ones don't
# make all others pale.
_ORDINARY = 0.995
# Updates over which the limit is taken.
_LOOKED_AT = 6


def batch_frames(problem: NetworkProblem, steps: int, side: int, prefix: str = "") -> Frames:
    """Return the images of each update's batch: "batch" (n, numbers), "batch.said" (1, n): labels.

    Of a batch of more than 64 they are the first ones; of a smaller one the rest is NaN.

    Parameters
    ----------
    problem : NetworkProblem
    steps : int
        Updates, from the first.
    side : int
    prefix : str
        Stands before both names.
    """
    count, low, high = seen_of_batch(problem), problem.X.min(), problem.X.max()
    fields = {f"{prefix}batch": (count, packed_size(side)), f"{prefix}batch.said": (1, count)}

    def read(first, last):
        frames = np.full((last - first + 1, count * (1 + packed_size(side))), np.nan)
        for frame, k in zip(frames, range(first, last + 1), strict=True):
            rows = problem.batch(k)[:count]
            images = frame[: count * packed_size(side)].reshape(count, -1)
            images[: len(rows)] = pack_images(problem.X[rows] - low, (high - low) or 1.0)
            if problem.labels is not None:
                frame[-count:][: len(rows)] = problem.labels[rows]
        return frames

    return Frames(steps, fields, read)


def seen_of_batch(problem: NetworkProblem) -> int:
    """Return how many images of a batch are shown."""
    return min(problem.batch_size, MOST_OF_BATCH)


def unit_frames(
    traces: dict[str, Trace], steps: Sequence[int], side: int, learned: bool
) -> tuple[Frames, float]:
    """Return the weights of each unit of the first layer as images, before some updates.

    Parameters
    ----------
    traces : dict of str to Trace
        By what stands behind "units." in the name of a field; at least one has an update.
    steps : sequence of int
        The updates of the frames; NaN behind the end of a trace.
    side : int
    learned : bool
        Whether W^(1) minus the first W^(1) is shown, in place of W^(1).

    Returns
    -------
    frames : Frames
        Fields "units.a" (units, numbers) and so on.
    limit : float
        What is drawn strongest, in all of them.
    """
    first = {id: trace.run.problem.layout.matrices(trace.run.problem.theta0)[0][0]
             for id, trace in traces.items()}  # fmt: skip
    weights = {
        id: partial(_weights, trace, first[id] if learned else np.zeros_like(first[id]))
        for id, trace in traces.items()
    }
    looked_at = [steps[i - 1] for i in spread(len(steps), 1, _LOOKED_AT)]
    sizes = [
        np.abs(found).ravel() for of in weights.values() for k in looked_at for found in of(k, k)
    ]
    known = np.concatenate(sizes)
    known = known[np.isfinite(known)]
    limit = float(np.quantile(known, _ORDINARY)) if known.size else 0.0
    limit = limit or 1.0
    fields = {f"units.{id}": (len(W), packed_size(side)) for id, W in first.items()}

    def read(begin, end):
        frames = np.full((end - begin + 1, sum(a * b for a, b in fields.values())), np.nan)
        chosen, start = list(steps[begin - 1 : end]), 0
        for (rows, columns), of in zip(fields.values(), weights.values(), strict=True):
            part = frames[:, start : start + rows * columns]
            for frame, W in zip(part, _each(of, chosen), strict=False):
                frame[:] = pack_images(W, limit).ravel()
            start += rows * columns
        return frames

    stride = max(trace.stride for trace in traces.values())
    every = list(steps) == list(range(1, len(steps) + 1))
    return Frames(len(steps), fields, read, stride=stride if every else 1), limit


def _each(weights, ks):
    """Yield W^(1) before the updates `ks`, one after the other where they follow each other."""
    if ks == list(range(ks[0], ks[-1] + 1)):
        yield from weights(ks[0], ks[-1])
    else:
        for k in ks:
            yield from weights(k, k)


def _weights(trace, without, first, last):
    """Yield W^(1) before the updates first … last, of those that the trace has."""
    if first <= len(trace):
        for step in trace.steps(first, min(last, len(trace))):
            yield step.before.W[1] - without


def wrong_frames(
    traces: dict[str, Trace],
    data: tuple[FloatArray, FloatArray],
    steps: Sequence[int],
    side: int,
    moments: bool = False,
) -> Frames:
    """Return images that each network gets wrong, those it is surest of first.

    As they are after the last whole epoch that ends with each update or before it.

    Parameters
    ----------
    traces : dict of str to Trace
        By what stands in the name of a field; their targets name classes.
    data : (X, Y)
        Of the instances asked, X (n, n_inputs) and Y (K, n).
    steps : sequence of int
        The updates of the frames.
    side : int
    moments : bool
        Whether they are as just before each of the updates instead.

    Returns
    -------
    Frames
        "wrong.a" (n, numbers), "wrong.a.said" (2, n): right and given label, "wrong.a.total" (1,
        1): how many are wrong in all; NaN where there are fewer.
    """
    most, low, high = min(MOST_WRONG, len(data[0])), data[0].min(), data[0].max()
    fields: dict[str, tuple[int, int]] = {}
    for id in traces:
        fields |= {f"wrong.{id}": (most, packed_size(side)), f"wrong.{id}.said": (2, most)}
        fields |= {f"wrong.{id}.total": (1, 1)}

    @cache
    def seen(id, done):
        """Return the wrong answers of a run after so many updates."""
        problem = traces[id].run.problem
        theta = traces[id][done - 1].after.flat if done else problem.theta0
        wrong = wrong_answers(problem, theta, *data, most)
        return _packed_wrong(wrong, data[0], low, high, most, side)

    def read(first, last):
        rows = []
        for k in steps[first - 1 : last]:
            done = {id: _done(trace, k, moments) for id, trace in traces.items()}
            rows.append(np.concatenate([seen(id, updates) for id, updates in done.items()]))
        return np.array(rows)

    return Frames(len(steps), fields, read)


def _done(trace, k, moments):
    """Return after how many updates a run's answers are asked: at a moment, or a whole epoch."""
    if moments:
        return min(k - 1, len(trace))
    per_epoch = trace.run.problem.updates_per_epoch
    return min(k, len(trace)) // per_epoch * per_epoch


def _packed_wrong(wrong, X, low, high, most, side):
    """Return the images, both labels and the number of wrong answers as one row of numbers."""
    images, said = np.full((most, packed_size(side)), np.nan), np.full((2, most), np.nan)
    n = len(wrong.rows)
    images[:n] = pack_images(X[wrong.rows] - low, (high - low) or 1.0)
    said[:, :n] = wrong.right, wrong.given
    return np.concatenate([images.ravel(), said.ravel(), [wrong.total]])


def wrong_panel(id: str, name: str, side: int, data: str) -> Images:
    """Return the panel of the images that the run called `name` gets wrong."""
    return Images(
        f"{name}: right→given",
        f"Images of the {data} that {name} gets wrong, the surest first",
        f"wrong.{id}",
        side,
        columns=8,
        said=f"wrong.{id}.said",
    )


def unit_panel(id: str, name: str, side: int, learned: bool, limit: float) -> Images:
    """Return the panel of the units of the run called `name`."""
    what = "W^{(1)} - W^{(1)}_1" if learned else "W^{(1)}"
    words = "has learned since the start" if learned else "looks at"
    return Images(
        f"{name}: ${what}$, ±{limit:.3g}",
        f"What each hidden unit {words}, {name}",
        f"units.{id}",
        side,
        "signed",
        columns=10,
        chosen="row",
    )
