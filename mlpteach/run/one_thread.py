"""One BLAS thread for the time of a computation.

On several threads BLAS adds in another order, so the last bits would depend on the machine; and
where other processes are busy, waiting for the threads takes ten times as long as the work.
"""

import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_lock = threading.RLock()
# Which libraries there are, and how many modules were loaded when they were looked for.
_found = (0, ())
# Whether this Python thread computes; those that do in all threads; and what the libraries that all
# of them share had before the first did.
_here = threading.local()
_computing: dict[int, Any] = {}
_before: dict[str, Any] = {}


Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")


def on_one_blas_thread(function: Callable[Arguments, Returned]) -> Callable[Arguments, Returned]:
    """Decorate a function: BLAS has one thread while it computes.

    What the process had before, it has after: also where the function raises or is interrupted,
    where one such function calls another, and where several Python threads compute at once. Without
    a library that can be told (Accelerate; a browser) nothing is changed.

    Examples
    --------
    >>> from threadpoolctl import threadpool_info
    >>> @on_one_blas_thread
    ... def threads():
    ...     blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    ...     return {library["num_threads"] for library in blas}
    >>> threads() <= {1}
    True
    """

    @wraps(function)
    def computed(*arguments, **options):
        if getattr(_here, "computes", False):
            return function(*arguments, **options)
        own = []  # libraries that count for each Python thread, with their number before
        try:
            _hold(own)
            returned = function(*arguments, **options)
            _let_go(own)
        except BaseException:
            _let_go(own)  # once more where an interrupt came between
            raise
        return returned

    return computed


def _hold(own):
    with _lock:
        _computing[id(own)] = own
        for library in _libraries():
            if _is_shared(library):
                _before.setdefault(library.filepath, (library, library.num_threads))
            else:
                own.append((library, library.num_threads))
            _set(library, 1)
        _here.computes = True


def _let_go(own):
    with _lock:
        if id(own) not in _computing:
            return
        for library, number in own:
            _set(library, number)
        if len(_computing) == 1:
            for library, number in _before.values():
                _set(library, number)
                _disown(library)
            _before.clear()
        _here.computes = False
        del _computing[id(own)]


def _libraries():
    """Return what controls each BLAS that is loaded by now."""
    global _found
    if _found[0] != len(sys.modules):
        try:
            from threadpoolctl import ThreadpoolController
        except ImportError:  # in a browser, where nothing has threads
            libraries = ()
        else:
            libraries = ThreadpoolController().select(user_api="blas").lib_controllers
        _found = len(sys.modules), libraries
    return _found[1]


def _is_shared(library):
    """Whether all Python threads share the library's number of threads."""
    return library.internal_api != "mkl" and library.threading_layer != "openmp"


def _set(library, number):
    """Set the number of threads, also where another Python thread has set it last."""
    library.set_num_threads(number)
    if library.num_threads != number:
        _disown(library)
        library.set_num_threads(number)


def _disown(library):
    """Let any Python thread set the number: threadpoolctl keeps that for the one that did last."""
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread(force=True)
