"""Inputs that nobody can know beforehand, and that are the same whenever a work is graded again."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

import numpy as np

FILE = ".mlpteach-secret"


def read_secret(course_root, shared=False):
    """Return the course's secret, made when it is first needed.

    Several graders may need it first at the same moment: the file appears with all of its text, and
    whoever comes second reads what the first has written.

    Parameters
    ----------
    course_root : str or Path
    shared : bool
        Whether the course's group may read it: assistants with accounts of their own.

    Returns
    -------
    bytes
    """
    path = Path(course_root, FILE)
    if not path.exists():
        _make_secret(path, shared)
    secret = path.read_bytes()
    if len(secret) < 32:
        raise ValueError(f"{path} is too short to be a secret: delete it and grade again")
    return secret


def _make_secret(path, shared):
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{FILE}-") as file:  # of mode 600
        file.write(secrets.token_hex(32).encode())
        file.flush()
        if shared:
            os.fchmod(file.fileno(), 0o640)
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)


def digest(sources, files):
    """Return one number for all that was handed in: code, and the files beside it.

    Parameters
    ----------
    sources : list of str
        Of the code cells.
    files : mapping of str to bytes
        A module beside the notebook is code as well.
    """
    total = hashlib.sha256()
    for part in [source.encode() for source in sources] + [
        part for name in sorted(files) for part in (name.encode(), files[name])
    ]:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def work_key(secret, student, assignment, handed_in):
    """Return the key that decides one work's inputs: the course's secret stays with its owner.

    Parameters
    ----------
    secret : bytes
    student, assignment : str
    handed_in : str
        The digest of what was handed in: who hands in again meets other inputs, so an input seen
        once is worth nothing.

    Returns
    -------
    bytes
    """
    message = "\x00".join([student, assignment, handed_in])
    return hmac.new(secret, message.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()


def generator(key, check):
    """Return the random generator of one check.

    Parameters
    ----------
    key : bytes
        From :func:`work_key`.
    check : str
        The check's id.
    """
    digest = hmac.new(key, check.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest))
