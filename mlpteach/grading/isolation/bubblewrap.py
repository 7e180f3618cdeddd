"""The command that starts Python inside bubblewrap: what a student's code may see of the machine.

The system, Python and its packages are there to be read. All that can be written is one folder in
memory, ``/tmp``: empty at first, no larger than the limit, gone with the sandbox. In ``/dev`` there
is no device: a grader that is root could change one for the whole machine.
"""

import functools
import os
import sys
from pathlib import Path

# Not in the sandbox: the model solutions, and other people's optimizers.
HIDDEN = [
    "mlpteach",
    "nbgrader",
    "torch",
    "tensorflow",
    "keras",
    "jax",
    "optax",
    "sklearn/neural_network",
]
GRADER = "/grader"  # where the grader's own half lies in the sandbox
INSIDE = Path(__file__).parents[1] / "inside"
SYSTEM = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"]
SYSTEM += ["/etc/localtime"]
# Of the system, but not of Python: nbgrader's exchange with everybody's work lies there.
LEFT_OUT = ["/usr/local", "/usr/etc", "/usr/src"]
_LIBRARIES = ["/usr/local/lib", "/usr/local/lib64"]
_LIB_FOLDERS = ["/usr/lib", "/usr/lib64", *_LIBRARIES]
PACKAGES = ("site-packages", "dist-packages")


def bubblewrap_command(disk, with_proc):
    """Return the words before Python's own.

    Parameters
    ----------
    disk : int
        Bytes that may be written.
    with_proc : bool
        Whether ``/proc`` is needed: the zygote makes namespaces there, no student sees it.
    """
    words = ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    words += ["--clearenv", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    words += ["--size", str(disk), "--tmpfs", "/tmp", "--tmpfs", "/dev"]
    # Whoever asks for them writes into the one folder.
    words += ["--symlink", "/tmp/null", "/dev/null", "--symlink", "/tmp/shm", "/dev/shm"]
    words += ["--proc", "/proc"] if with_proc else ["--tmpfs", "/proc", "--remount-ro", "/proc"]
    for path in SYSTEM:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            words += ["--ro-bind", path, path]
    left_out = list(filter(os.path.isdir, LEFT_OUT))
    for path in left_out:
        words += ["--tmpfs", path]
    for path in [*python_folders(), *python_settings()]:
        words += ["--ro-bind", path, path]
    for path in _hidden_folders():
        words += ["--tmpfs", path, "--remount-ro", path]
    words += ["--ro-bind", str(INSIDE), f"{GRADER}/inside"]
    for path in font_lists():
        words += ["--ro-bind", str(path), f"/tmp/matplotlib/{path.name}"]
    for name, value in environment("/tmp").items():
        words += ["--setenv", name, value]
    for path in ["/", "/dev", *left_out]:
        words += ["--remount-ro", path]
    return [*words, "--chdir", "/"]


def environment(home):
    """Return all environment variables that a student's code finds."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys(names, "1") | {
        "HOME": home,
        "IPYTHONDIR": f"{home}/ipython",
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "NBGRADER_EXECUTION": "autograde",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "USER": "student",
    }


def package_folders():
    """Return the folders of packages on Python's path."""
    return [p for p in sys.path if os.path.basename(p) in PACKAGES and os.path.isdir(p)]


def _package_paths():
    """Return the folders of packages by each of their names."""
    folders = package_folders()
    return {name(path) for path in folders for name in (os.path.abspath, os.path.realpath)}


def _prefixes():
    folders = {sys.prefix, sys.base_prefix}
    return folders | {os.path.realpath(folder) for folder in folders}


@functools.cache
def python_folders():
    """Return the folders of Python and its packages, none inside another or in the system's."""
    # Not the whole prefix: that may be somebody's home, or the course's own folder.
    folders = {f"{prefix}/{name}" for prefix in _prefixes() for name in ("bin", "lib", "lib64")}
    # A link to another of them would be a second way in, past what is hidden.
    folders = {folder for folder in folders if not os.path.islink(folder)}
    found = []
    for folder in sorted(filter(os.path.isdir, {*folders, *_package_paths(), *_LIBRARIES})):
        if not _is_below(folder, found) and not _is_seen_anyway(folder):
            found.append(folder)
    return found


def python_settings():
    """Return the files by which a virtual environment knows its Python."""
    files = sorted(f"{prefix}/pyvenv.cfg" for prefix in _prefixes())
    return [path for path in files if os.path.isfile(path) and not _is_seen_anyway(path)]


def _is_below(path, folders):
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _is_seen_anyway(path):
    return _is_below(path, SYSTEM) and not _is_below(path, LEFT_OUT)


def _hidden_folders():
    """Return where the packages of :data:`HIDDEN` lie, also for a Python other than this one."""
    others = [p for lib in _LIB_FOLDERS for p in Path(lib).glob("python3*/*")]
    for folder in sorted({*_package_paths(), *(str(p) for p in others if p.name in PACKAGES)}):
        for name in HIDDEN:
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                yield path


def font_lists():
    """Return matplotlib's lists of fonts, which it takes long to make anew."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("MPLCONFIGDIR") or home / "matplotlib")
    return sorted(folder.glob("fontlist-*.json"))
