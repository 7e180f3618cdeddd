"""Archives of modules with the byte code of those that a page imports first.

Runs in the very Pyodide that will run the byte code; it needs the standard library alone.
"""

import importlib.util
import io
import py_compile
import sys
import tempfile
import zipfile
from collections.abc import Collection
from pathlib import Path

# What the first touch of a page imports: a landscape's dashboard, a network's, a question; and what
# the first picture does.
FIRST_TOUCH = """
import mlpteach
import mlpteach.site.desk
mlpteach.dashboards.momentum()
mlpteach.dashboards.adam(*mlpteach.datasets.moons(n=8, seed=1), epochs=1)
mlpteach.quiz.ask("adams_corrected_first_moment")
import matplotlib.backends.backend_agg
import matplotlib.figure
"""
# What a notebook imports besides, before its first cell has run.
FIRST_CELL = """
import anywidget
import ipywidgets
import piplite.piplite
import pyodide_kernel
"""


def imported_files() -> frozenset[str]:
    """Return the files of all modules that have been imported."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return frozenset(filter(None, files))


def with_byte_code(
    archive: bytes,
    place: str,
    keeps_sources: bool,
    wanted: Collection[str],
    docstrings: bool = False,
) -> bytes:
    """Return a zip or wheel with some of its modules compiled.

    Parameters
    ----------
    archive : bytes
    place : str
        Where it will be unpacked; tracebacks and sources are looked up there.
    keeps_sources : bool
        Whether a module's source stays beside its byte code, in ``__pycache__``; else the byte
        code stands in its place.
    wanted : collection of str
        Files of the modules to compile, where they will be unpacked.
    docstrings : bool
        Whether byte code without its source keeps docstrings.

    Notes
    -----
    Python takes the byte code without looking at a source's date. The bytes returned depend on the
    archive and on the version of Python alone.
    """
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as given,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
        tempfile.TemporaryDirectory() as folder,
    ):
        for entry in given.infolist():
            content = given.read(entry)
            called = f"{place}/{entry.filename}"
            compiles = called in wanted and called.endswith(".py")
            optimize = 0 if keeps_sources or docstrings else 2
            code = _byte_code(content, called, Path(folder), optimize) if compiles else None
            if code is None or keeps_sources:
                made.writestr(_entry(entry.filename, entry.external_attr), content)
            if code is not None:
                made.writestr(_entry(_name(entry, keeps_sources), entry.external_attr), code)
    return written.getvalue()


def _name(entry, is_beside):
    """Return where the byte code of a module stands, beside the source or in its place."""
    name = entry.filename
    return importlib.util.cache_from_source(name) if is_beside else f"{name}c"


def _entry(name, attributes):
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.external_attr, entry.compress_type = attributes, zipfile.ZIP_DEFLATED
    return entry


def _byte_code(source, called, folder, optimize):
    module, compiled = folder / "source", folder / "compiled"
    module.write_bytes(source)
    how = {"optimize": optimize, "invalidation_mode": py_compile.PycInvalidationMode.UNCHECKED_HASH}
    py_compile.compile(module, compiled, called, doraise=True, **how)
    return compiled.read_bytes()
