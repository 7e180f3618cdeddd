"""Which two known mistakes may together have led to an answer: of thousands of pairs, a few."""

from itertools import combinations

from mlpteach.exercise.differences import close
from mlpteach.exercise.distributions import same_distribution


def likely_pairs(task, quantity, right, found, alone):
    """Yield the pairs of mistakes that are worth trying.

    Neither of them may change a quantity that is right; the one that differs first is changed by
    both, or by one of them into just what was answered.

    Parameters
    ----------
    task : mlpteach.exercise.tasks.Task
    quantity : str
        What differs first.
    right, found : dict of str to ndarray
        The model's and the student's answer to one call.
    alone : dict of Mistake to dict of str to ndarray, or None
        What the model answers with one mistake made; None where that is no answer.
    """
    same = same_distribution if task.random else close
    earlier = task.order[: task.order.index(quantity)]
    kept = [
        mistake
        for mistake, answer in alone.items()
        if answer is not None and all(same(answer[name], right[name]) for name in earlier)
    ]
    changing = {m for m in kept if not same(alone[m][quantity], right[quantity])}
    enough = {m for m in changing if same(alone[m][quantity], found[quantity])}
    for pair in combinations(kept, 2):
        if changing.issuperset(pair) or not enough.isdisjoint(pair):
            yield pair
