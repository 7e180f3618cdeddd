"""Why there is no sandbox on this machine, and what to install or to allow."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mlpteach.grading.inside import kernel_calls
from mlpteach.grading.isolation.bubblewrap import INSIDE

WARNING = (
    "NO SANDBOX: students' code runs as you. It can read and change your files, other students' "
    "work, the course's secret and the gradebook: read a notebook before you trust its mark."
)

# Settings of the system: where they stand, the value that forbids, how they are set otherwise.
_SWITCHES = [
    ("user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
    ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "kernel.apparmor_restrict_unprivileged_userns=0",
    ),
]
# What bubblewrap does first of all.
_TRY = f"""
import os, sys
sys.path.insert(0, {str(INSIDE.parent)!r})
from inside import kernel_calls as k
uid = os.getuid()
k.unshare(k.CLONE_NEWUSER | k.CLONE_NEWNS)
with open("/proc/self/uid_map", "w") as file:
    file.write(f"{{uid}} {{uid}} 1")
k.mount("tmpfs", "/tmp", "tmpfs", 0)
"""


class NoSandbox(Exception):
    """Nothing keeps students' code from the machine; says what to install or to allow."""


def explain(failure):
    """Return the cause and what to do about it.

    Parameters
    ----------
    failure : object
        How the last trial failed.
    """
    if not kernel_calls.LINUX:
        return "students' code can be kept in a sandbox on Linux only: grade there."
    program = shutil.which("bwrap")
    if program is None:
        return (
            "there is no sandbox for students' code, because bubblewrap (the program bwrap) is not "
            "installed. On Debian and Ubuntu:\n    apt install bubblewrap"
        )
    cause = _about_the_program(program) if _namespaces_work() else _about_namespaces()
    return (
        f"there is no sandbox for students' code: bubblewrap ({program}) does not work here: "
        f"{failure}.\n{cause}"
    )


def _namespaces_work():
    """Whether a process may have users and mounts of its own here."""
    tried = subprocess.run(
        [sys.executable, "-I", "-c", _TRY], capture_output=True, stdin=subprocess.DEVNULL
    )
    return tried.returncode == 0


def _about_the_program(program):
    return (
        f"The system allows what it needs (user namespaces), so look at {program}: is it the one "
        "that your system installs? On Debian and Ubuntu:\n    apt install --reinstall bubblewrap"
    )


def _about_namespaces():
    """Say who forbids user namespaces, and how they are allowed."""
    needs = "It needs user namespaces, and they are forbidden here"
    for file, forbids, allows in _SWITCHES:
        if _setting(file) == forbids:
            return (
                f"{needs} by a setting of the system. Allow them, as root:\n    sysctl -w {allows}"
            )
    if _is_container():
        return (
            f"{needs} by the container. Grade outside of it, or start it with\n"
            "    --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
            "--security-opt systempaths=unconfined\n"
            "(Docker, Podman; in Kubernetes: profiles of seccomp and AppArmor that are Unconfined)."
        )
    return f"{needs}: ask whoever administers this machine to allow them."


def _setting(file):
    try:
        return Path("/proc/sys", file).read_text().strip()
    except OSError:  # of another system
        return ""


def _is_container():
    marks = ("/.dockerenv", "/run/.containerenv")
    return any(map(os.path.exists, marks)) or "KUBERNETES_SERVICE_HOST" in os.environ
