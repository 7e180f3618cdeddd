"""An unpacked Pyodide release for tests: from npm and PyPI, every hash checked, fetched once.

npm's package `pyodide` holds the core and a lock file with the hashes of all wheels; the wheels lie
in a package of PyPI that is only their carrier. Those with other hashes than the lock file's are
refused.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

VERSION = "314.0.3"
CORE_SHA256 = "d7f7d24f8db486c7eda7280f3b0f7517524c8e43e8b086c6ee6ae8016658b484"
CARRIER = "open-webui==0.12.4"
CARRIER_SHA256 = "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6"
CORE = (
    "pyodide-lock.json", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip",
)  # fmt: skip
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mlpteach-tests"
REQUIRED = os.environ.get("MLPTEACH_REQUIRE_PYODIDE") == "1"


class CannotFetch(Exception):
    """The network, or a client of it, is absent."""


def release_or_skip():
    """Return the folder of the release; skip, or fail where it is required, if it can't be had."""
    try:
        return release()
    except CannotFetch as reason:
        _skip(f"no Pyodide for the tests: {reason}")


def release_in_node_or_skip():
    """Return the folder of the release; skip, or fail, also where no Node can run it."""
    if shutil.which("node") is None:
        _skip("no node found (on Debian: apt-get install nodejs)")
    return release_or_skip()


def _skip(message):
    pytest.fail(message) if REQUIRED else pytest.skip(message)


def release():
    """Return the folder of the release, fetched at the first call on this computer."""
    folder = CACHE / f"pyodide-{VERSION}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with alone(CACHE / "lock"):
        if not folder.is_dir():
            _fetch(folder.with_suffix(".part"), folder)
    return folder


@contextmanager
def alone(path):
    """Let other test processes wait."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(part, folder):
    shutil.rmtree(part, ignore_errors=True)
    (part / "fetched").mkdir(parents=True)
    fetched, done = part / "fetched", part / "done"
    done.mkdir()
    _run("npm", "pack", "--silent", f"pyodide@{VERSION}", cwd=fetched)
    pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", CARRIER]
    _run(sys.executable, *pip, "--dest", str(fetched), cwd=fetched)
    (core,), (carrier,) = fetched.glob("*.tgz"), fetched.glob("*.whl")
    unpack_core(checked(core, CORE_SHA256), done)
    unpack_wheels(checked(carrier, CARRIER_SHA256), done)
    done.rename(folder)
    shutil.rmtree(part)


def _run(*command, cwd):
    try:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=600)
    except FileNotFoundError as error:
        raise CannotFetch(f"{command[0]} is not installed") from error
    except subprocess.SubprocessError as error:
        told = (getattr(error, "stderr", "") or str(error)).strip()
        raise CannotFetch(f"{command[0]} could not fetch it: {told[-300:]}") from error


def checked(path, sha256):
    """Return the path of a file that has the hash due; anything else is refused."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != sha256:
        raise ValueError(f"{path.name} has the SHA-256 {digest}, due is {sha256}.")
    return path


def unpack_core(path, folder):
    with tarfile.open(path) as archive:
        for name in CORE:
            (folder / name).write_bytes(archive.extractfile(f"package/{name}").read())


def unpack_wheels(path, folder):
    """Take those wheels that the lock file names with the same hash."""
    lock = json.loads((folder / "pyodide-lock.json").read_text())
    due = {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    with zipfile.ZipFile(path) as carrier:
        for name in carrier.namelist():
            file = name.rpartition("/")[2]
            if file in due:
                content = carrier.read(name)
                if hashlib.sha256(content).hexdigest() == due[file]:
                    (folder / file).write_bytes(content)
