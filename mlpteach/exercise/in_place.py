"""Arguments that a call has changed."""

import numpy as np


def changed_in_place(sheet, exchanges):
    """Say which argument a call has changed; "" where none was."""
    name = next(changed_arguments(sheet, exchanges), None)
    if name is None:
        return ""
    return (
        f"the call changes its argument {name} in place, for whoever called it too. "
        "Look at +=, -=, *=, out= and entries that are assigned: make a new array."
    )


def changed_arguments(sheet, exchanges):
    """Yield the name of each argument that a call has changed."""
    for exchange in exchanges:
        task = sheet.tasks[exchange.call.function]
        pairs = zip(
            task.parameters, exchange.call.arguments, exchange.reply.arguments_after, strict=False
        )
        for name, before, after in pairs:
            if isinstance(before, (np.ndarray, list)) and not _same_array(before, after):
                yield name


def _same_array(before, after):
    if isinstance(before, list):
        same_length = isinstance(after, list) and len(after) == len(before)
        return same_length and all(map(_same_array, before, after))
    return (
        isinstance(after, np.ndarray)
        and after.shape == before.shape
        and np.array_equal(before, after, equal_nan=True)
    )
