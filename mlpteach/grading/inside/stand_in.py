"""A stand-in for the package mlpteach: it holds the model solutions, so it is not in the sandbox.

Dashboards, data and checks that a notebook asks for are put aside: every name exists, can be
called and shown, and does nothing.
"""

import importlib.abc
import importlib.machinery
import sys
import types

NOTE = "(not run while grading)"


class Nothing:
    """Takes every call, index, attribute and operator, and stays nothing."""

    def __call__(self, *arguments, **keywords):
        return self

    def __getattr__(self, name):
        if name.startswith("__") or name.startswith("_repr_") or name == "_ipython_display_":
            raise AttributeError(name)
        return self

    def __getitem__(self, key):
        return self

    def __iter__(self):
        raise PutAside(NOTE)

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def __repr__(self):
        return NOTE

    def __format__(self, how):
        return "…"

    def __float__(self):
        raise PutAside(NOTE)

    __int__ = __index__ = __float__

    def _stay(self, *others):
        return self

    __add__ = __sub__ = __mul__ = __truediv__ = __matmul__ = __pow__ = __mod__ = _stay
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmatmul__ = __rpow__ = _stay
    __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = _stay


class PutAside(Exception):
    """A cell cannot go on without what is put aside."""


class _Module(types.ModuleType):
    __path__ = ()  # type: ignore[assignment]

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != "mlpteach":
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        pass


def hide(names):
    """Let imports of these packages fail, and searches for them, as if they were not installed."""
    names = frozenset(names)

    class _Visible(importlib.machinery.PathFinder):
        @classmethod
        def find_spec(cls, name, path=None, target=None):
            return None if name in names else super().find_spec(name, path, target)

    finders = sys.meta_path
    finders[finders.index(importlib.machinery.PathFinder)] = _Visible


def install():
    """Let every import of mlpteach find the stand-in."""
    sys.meta_path.insert(0, _Finder())
