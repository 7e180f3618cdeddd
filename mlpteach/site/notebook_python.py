"""The modules that a notebook needs besides those of a page: IPython and widgets, as one zip."""

import io
import re
import zipfile

from mlpteach.site.archive import zip_of
from mlpteach.site.installed import files_of, licence_of, needed_in_browser

KERNEL = "jupyterlite-pyodide-kernel"
_WANTED = ("ipython", "ipywidgets", "anywidget")
# Completion by jedi takes seconds in a browser; the others are for a terminal or for a server.
_WITHOUT = frozenset({"jedi", "prompt-toolkit", "jupyterlab-widgets", "widgetsnbextension"})
_LEFT_OUT = re.compile(r"/tests/|extension/|sphinxext/|\.(so|pyd|pyi|typed)$")
# Of the lexers those that IPython imports, and what these need.
_LEXERS = "__init__|_mapping|css|data|html|javascript|jvm|lilypond|lisp|markup|perl|python|ruby"
_LEXER = re.compile(
    rf"pygments/lexers/({_LEXERS}|shell|special|_(css|lilypond|scheme)_builtins)\.py"
)
_OF_THE_KERNEL = ("ipykernel", "piplite", "pyodide_kernel")


def modules_archive() -> bytes:
    """Return the modules; the bytes depend on what is installed beside this Python alone.

    Raises
    ------
    mlpteach.site.installed.NotInstalled
    """
    contents = _kernel_files()
    for name in package_names():
        contents |= {path: content for path, content in files_of(name).items() if _is_kept(path)}
    return zip_of(contents)


def licences() -> dict[str, str]:
    """Return the licences of what the archive holds, by name."""
    return {name: licence_of(name, files_of(name)) for name in package_names()}


def package_names() -> list[str]:
    """Return the names of the packages, which must be installed.

    Raises
    ------
    mlpteach.site.installed.NotInstalled
    """
    return needed_in_browser(*_WANTED, without=_WITHOUT)


def _is_kept(path):
    """Whether Python needs a file there: no tests, types, pages, or what was compiled for here."""
    if ".dist-info/" in path:
        return path.endswith(("/METADATA", "/entry_points.txt"))
    if path.startswith("pygments/lexers/"):
        return _LEXER.fullmatch(path) is not None
    return not path.startswith((".", "share/")) and not _LEFT_OUT.search(path)


def _kernel_files():
    """Return the modules in the wheels that the kernel brings along."""
    found = {}
    for path, content in files_of(KERNEL).items():
        if path.endswith(".whl") and path.rpartition("/")[2].startswith(_OF_THE_KERNEL):
            with zipfile.ZipFile(io.BytesIO(content)) as wheel:
                found |= {name: wheel.read(name) for name in wheel.namelist() if _is_kept(name)}
    return found
