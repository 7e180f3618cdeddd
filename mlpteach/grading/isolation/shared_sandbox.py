"""The sandboxes of this process: one for each set of limits, kept from notebook to notebook."""

import atexit
from typing import Any

from mlpteach.grading.isolation.sandbox import Limits, Sandbox

_sandboxes: dict[Any, Sandbox] = {}


def shared_sandbox(limits=None, isolation=None):
    """Return a sandbox that is ready for a notebook, started when first asked for.

    Parameters
    ----------
    limits : Limits, optional
    isolation : str, optional
        As for :class:`~mlpteach.grading.isolation.sandbox.Sandbox`.

    Raises
    ------
    mlpteach.grading.isolation.no_sandbox.NoSandbox
    """
    key = (limits or Limits(), isolation)
    if key not in _sandboxes:
        _sandboxes[key] = Sandbox(isolation, limits)
    _sandboxes[key].settle()
    return _sandboxes[key]


def use_sandbox(sandbox, isolation=None):
    """Let this process grade in `sandbox`, which was started beforehand, perhaps by its parent."""
    _sandboxes[sandbox.limits, isolation] = sandbox


def stop_sandboxes():
    """End this process's sandboxes."""
    while _sandboxes:
        _sandboxes.popitem()[1].stop()


atexit.register(stop_sandboxes)
