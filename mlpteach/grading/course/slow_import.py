"""What takes most of a grader's start, and is needed by nobody."""

import ast
import contextlib
import importlib.util
import sys
import types
from pathlib import Path

# What jsonschema checks addresses, times and colours with: no notebook has any to be checked. The
# first builds the grammar of foreign alphabets, which alone takes half of nbgrader's start.
_FORMATS = ("rfc3987_syntax", "rfc3987", "rfc3986_validator", "isoduration", "webcolors")
# Loaded by what nbgrader loads, for what grading never asks for.
_SELDOM_NEEDED = ("soupsieve", "requests")
_UNPACK = ("unpack_archive", "unpack_tarfile", "unpack_zipfile")
# Packages whose first file gathers names from all of their parts: servers, converters, kernels.
_GATHERED = (
    *("nbgrader", "nbgrader.apps", "nbgrader.converters", "nbgrader.plugins"),
    *("nbgrader.preprocessors", "nbconvert", "nbconvert.exporters", "nbconvert.preprocessors"),
)


def put_off_slow_imports():
    """Load what nbgrader needs without what only it would need elsewhere, until somebody asks."""
    _load_jsonschema()
    for name in _SELDOM_NEEDED:
        _load_when_asked(name)
    for name in _GATHERED:
        _gather_when_asked(name)
    installer = "setuptools.archive_util"  # which nbgrader takes what unpacks archives from
    unpack = {name: _later(installer, name) for name in _UNPACK}
    with _standing_in(installer, **unpack):
        importlib.import_module("nbgrader.utils")


def load_course_settings():
    """Load what reads a course's settings, without what runs kernels and compares their names."""
    put_off_slow_imports()
    kernel_hangs = type("UnresponsiveKernelError", (Exception,), {})  # here none is ever started
    ratio = types.SimpleNamespace(ratio=_later("rapidfuzz.fuzz", "ratio"))
    with (
        _standing_in("rapidfuzz", fuzz=ratio),
        _standing_in("nbgrader.preprocessors.execute", UnresponsiveKernelError=kernel_hangs),
    ):
        importlib.import_module("nbgrader.exchange")
        importlib.import_module("nbgrader.converters.base")


def _load_jsonschema():
    left_out = [name for name in _FORMATS if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = None  # "not installed", to whoever imports it now
    try:
        import jsonschema  # noqa: F401
    finally:
        for name in left_out:
            del sys.modules[name]


def _gather_when_asked(name):
    """Let a package load each of its parts when a name is asked for that comes from there."""
    found = None if name in sys.modules else importlib.util.find_spec(name)
    if found is not None:
        sys.modules[name] = package = _Gathered(name)
        package.__spec__, package.__path__ = found, found.submodule_search_locations
        package.__file__ = found.origin
        package._come_from = _sources(found)
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], own, package)


def _sources(package):
    """Return name -> part of the package that its first file takes it from."""
    found = {}
    for line in ast.walk(ast.parse(Path(package.origin).read_text(encoding="utf-8"))):
        if isinstance(line, ast.ImportFrom) and (line.level or line.module):
            part = importlib.util.resolve_name("." * line.level + (line.module or ""), package.name)
            found |= {each.asname or each.name: (part, each.name) for each in line.names}
    return found


class _Gathered(types.ModuleType):
    def __getattr__(self, attribute):
        if attribute == "__all__":
            return list(self._come_from)
        if attribute not in self._come_from:
            raise AttributeError(f"module {self.__name__!r} has no attribute {attribute!r}")
        part, name = self._come_from[attribute]
        if part == self.__name__:  # a part itself
            return importlib.import_module(f"{part}.{name}")
        value = getattr(importlib.import_module(part), name)
        setattr(self, attribute, value)
        return value


@contextlib.contextmanager
def _standing_in(name, **attributes):
    """Let whoever imports a module get these attributes only, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(attributes)
    try:
        yield
    finally:
        del sys.modules[name]


def _later(module, name):
    """Return a function that is loaded when it is called."""
    return lambda *arguments: getattr(importlib.import_module(module), name)(*arguments)


def _load_when_asked(name):
    """Let an import of a package give a stand-in that is loaded at the first look into it."""
    found = None if name in sys.modules else importlib.util.find_spec(name)
    if found is not None:
        sys.modules[name] = _Later(name)
        sys.modules[name].__spec__ = found


class _Later(types.ModuleType):
    def __getattr__(self, attribute):
        if attribute.startswith("__") and attribute != "__path__":
            raise AttributeError(attribute)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = importlib.import_module(self.__name__)
        vars(self).update(vars(module))
        return getattr(module, attribute)
