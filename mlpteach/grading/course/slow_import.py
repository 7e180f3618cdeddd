"""What takes half of a grader's start, and is needed by nobody."""

import importlib.util
import sys
import types

# What jsonschema checks addresses, times and colours with: no notebook has any to be checked. The
# first builds the grammar of foreign alphabets, which alone takes half of nbgrader's start.
_FORMATS = ("rfc3987_syntax", "rfc3987", "rfc3986_validator", "isoduration", "webcolors")
# Loaded by what nbgrader loads, for what grading never asks for.
_SELDOM_NEEDED = ("soupsieve", "requests")


def put_off_slow_imports():
    """Load what nbgrader needs without what only it would need elsewhere, until somebody asks."""
    _load_jsonschema()
    for name in _SELDOM_NEEDED:
        _load_when_asked(name)


def load_nbgrader_without_its_pages():
    """Let parts of nbgrader be imported alone: its first file loads pages, database, converters."""
    if "nbgrader" not in sys.modules:
        found = importlib.util.find_spec("nbgrader")
        sys.modules["nbgrader"] = importlib.util.module_from_spec(found)


def _load_jsonschema():
    left_out = [name for name in _FORMATS if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = None  # "not installed", to whoever imports it now
    try:
        import jsonschema  # noqa: F401
    finally:
        for name in left_out:
            del sys.modules[name]


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
