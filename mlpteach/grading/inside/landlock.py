"""Linux's Landlock: a process gives up, for good, what it does not need of the file system.

Three system calls, no user namespace: it works in containers and where a system forbids those. See
https://docs.kernel.org/userspace-api/landlock.html. What it leaves open is closed in
``kernel_calls.py``: changing the rights of files, sockets other than TCP.
"""

import contextlib
import ctypes
import os
import stat
import struct

from .kernel_calls import LINUX, _check, _libc

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_ASK_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL = 1 << 2, 1 << 3, 1 << 14, 1 << 15
_WRITE_FILE = 1 << 1
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL
_ALL_BUT_PROGRAMS = 0xFFFF & ~1
# Kernels know more and more: version -> how many bits of file access there are.
_BITS = {1: 13, 2: 14, 3: 15, 4: 15}
_MOST_BITS = 16
_NO_TCP = 0b11  # neither listening nor connecting
_OWN_SIGNALS_AND_SOCKETS = 0b11


def version():
    """Return what this kernel knows of Landlock, 0 for nothing."""
    return max(0, _libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)) if LINUX else 0


def restrict(readable, writable):
    """Let this process, and all that it starts, only read and write where it is told.

    Call it after no_new_privs is set. A path that is not there is left out.

    Parameters
    ----------
    readable : list of str
        Files and folders; a folder with all below it. A path that ends with "/." is a folder whose
        names may be listed, and no more.
    writable : list of str
        Files, and folders in which anything may be made.
    """
    known = (1 << _BITS.get(version(), _MOST_BITS)) - 1
    rules = _check(_create(known), "landlock_create_ruleset")
    try:
        for path in readable:
            listed = path.endswith("/.")
            _allow(rules, path, (_READ_DIR if listed else _READ_FILE | _READ_DIR) & known)
        for path in writable:
            _allow(rules, path, _ALL_BUT_PROGRAMS & known)
        _check(_libc.syscall(_RESTRICT, rules, 0), "landlock_restrict_self")
    finally:
        os.close(rules)


def _create(known):
    """Make a set of rules that forbids everything this kernel knows to forbid."""
    handled = struct.pack("QQQ", known, _NO_TCP, _OWN_SIGNALS_AND_SOCKETS)
    size = 8 if version() < 4 else 16 if version() < 6 else 24
    return _libc.syscall(_CREATE, handled, ctypes.c_size_t(size), 0)


def _allow(rules, path, access):
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                access &= _OF_FILES
            rule = struct.pack("=Qi", access, fd)
            _check(_libc.syscall(_ADD, rules, _PATH_BENEATH, rule, 0), f"landlock: {path}")
        finally:
            os.close(fd)
