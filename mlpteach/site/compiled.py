"""Byte code for a page's worker, made by the very Pyodide that runs it: so it wakes up sooner."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
# Where a page's worker unpacks the package (worker.js), and a notebook's what it needs besides.
SOURCES = "/lib/mlpteach"
MODULES = "/lib/notebook"


def can_compile() -> bool:
    """Whether there is a Node, in which Pyodide runs outside a browser."""
    return shutil.which("node") is not None


def compile_all(
    pyodide: Path, standard: bytes, wheels: dict[str, bytes], sources: bytes
) -> tuple[bytes, dict[str, bytes], bytes]:
    """Return archives with the byte code of what a page's first touch and first picture import.

    Parameters
    ----------
    pyodide : Path
        The unpacked release.
    standard : bytes
        Its ``python_stdlib.zip``.
    wheels : dict of str to bytes
        Name -> wheel, of NumPy and matplotlib.
    sources : bytes
        Of :func:`~mlpteach.site.archive.sources_archive`; it keeps its sources, which formulas
        are read from.

    Returns
    -------
    standard, wheels, sources

    Raises
    ------
    RuntimeError
        Where Pyodide does not run in this Node; says why.
    """
    library, packages = _places(pyodide)
    archives = {
        "standard.zip": (standard, library, False, False),
        # Functions of matplotlib are written into the docstrings of others.
        **{f"{name}.whl": (wheels[name], packages, False, name != "numpy") for name in wheels},
        "sources.zip": (sources, SOURCES, True, True),
    }
    first, *made, last = _compile(pyodide, archives, ["sources.zip"], [*wheels], "FIRST_TOUCH")
    return first, dict(zip(wheels, made, strict=True)), last


def compile_modules(pyodide: Path, modules: bytes) -> bytes:
    """Return the archive of a notebook's modules with the byte code of those it imports first.

    Parameters
    ----------
    pyodide : Path
        The unpacked release.
    modules : bytes
        Of :func:`~mlpteach.site.notebook_python.modules_archive`.

    Raises
    ------
    RuntimeError
        Where Pyodide does not run in this Node; says why.
    """
    archives = {"modules.zip": (modules, MODULES, False, True)}
    return _compile(pyodide, archives, ["modules.zip"], ["micropip"], "FIRST_CELL")[0]


def _compile(pyodide, archives, unpacked, packages, imports):
    """Compile archives (name -> content, place, keeps sources, keeps docstrings), in their order.

    `unpacked` names those that `imports`, a constant of ``byte_code.py``, needs beside `packages`.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, (content, *_) in archives.items():
            (folder / file).write_bytes(content)
        job = {
            "unpacked": [[str(folder / file), archives[file][1]] for file in unpacked],
            "packages": packages,
            "imports": imports,
            "archives": [[str(folder / file), *how] for file, (_, *how) in archives.items()],
        }
        (folder / "job.json").write_text(json.dumps(job))
        _run_node(pyodide, folder / "job.json")
        return tuple((folder / file).read_bytes() for file in archives)


def _places(pyodide):
    """Return where a worker unpacks library and wheels, by the Python that the lock file names."""
    lock = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))
    major, minor = lock["info"]["python"].split(".")[:2]
    return f"/lib/python{major}{minor}.zip", f"/lib/python{major}.{minor}/site-packages"


def _run_node(pyodide, job):
    parts = _HERE / "compile.mjs", pyodide.resolve(), _HERE / "byte_code.py", job
    command = map(str, ["node", *parts])
    done = subprocess.run(list(command), capture_output=True, text=True)
    if done.returncode:
        told = done.stderr.strip()[-500:]
        raise RuntimeError(f"Pyodide could not compile its modules in Node: {told}")
