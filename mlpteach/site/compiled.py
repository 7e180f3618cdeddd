"""Byte code for a page's worker, made by the very Pyodide that runs it: so it wakes up sooner."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent


# Where a page's worker unpacks the package (worker.js).
SOURCES = "/lib/mlpteach"


def can_compile() -> bool:
    """Whether there is a Node, in which Pyodide runs outside a browser."""
    return shutil.which("node") is not None


def compile_all(pyodide: Path, standard: bytes, numpy: bytes, sources: bytes) -> tuple[bytes, ...]:
    """Return the three archives with the byte code of what a page's first touch imports.

    Parameters
    ----------
    pyodide : Path
        The unpacked release.
    standard : bytes
        Its ``python_stdlib.zip``.
    numpy : bytes
        Its wheel of NumPy.
    sources : bytes
        Of :func:`~mlpteach.site.archive.sources_archive`; it keeps its sources, which formulas
        are read from.

    Raises
    ------
    RuntimeError
        Where Pyodide does not run in this Node; says why.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / "standard.zip", folder / "numpy.whl", folder / "sources.zip"]
        for path, content in zip(paths, (standard, numpy, sources), strict=True):
            path.write_bytes(content)
        places = zip(map(str, paths), _places(pyodide), (False, False, True), strict=True)
        (folder / "jobs.json").write_text(json.dumps(list(places)))
        _run_node(pyodide, folder)
        return tuple(path.read_bytes() for path in paths)


def _places(pyodide):
    """Return where a worker unpacks the three, by the version of Python in the lock file."""
    lock = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))
    major, minor = lock["info"]["python"].split(".")[:2]
    library = f"/lib/python{major}{minor}.zip", f"/lib/python{major}.{minor}/site-packages"
    return (*library, SOURCES)


def _run_node(pyodide, folder):
    files = _HERE / "byte_code.py", folder / "sources.zip", folder / "jobs.json"
    command = map(str, ["node", _HERE / "compile.mjs", pyodide.resolve(), *files])
    done = subprocess.run(list(command), capture_output=True, text=True)
    if done.returncode:
        told = done.stderr.strip()[-500:]
        raise RuntimeError(f"Pyodide could not compile its modules in Node: {told}")
