"""Linux calls that Python 3.11 has no name for: namespaces, mounts, capabilities, seccomp."""

import ctypes
import os
import platform
import struct
import sys

# Elsewhere a process gets resource limits only.
LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV = 1, 2, 4
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 1, 4, 22, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_CAPABILITIES_V3 = 0x20080522


def _check(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def unshare(flags):
    """Move this process into namespaces of its own."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source, target, kind, flags, options=""):
    """Mount a file system in this process's own mount namespace."""
    arguments = [text.encode() if text else None for text in (source, target, kind)]
    done = _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None)
    _check(done, f"mount on {target}")


def die_with_parent(signal):
    """Let the kernel send `signal` when the process that started this one ends."""
    if LINUX:
        _check(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def drop_privileges():
    """Give up all capabilities for good, and the way to new ones."""
    if not LINUX:
        return
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # beyond the last one, or none to drop
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITIES_V3, 0))
    nothing = ctypes.create_string_buffer(24)
    _check(_libc.capset(header, nothing), "capset")
    hide_memory()


def hide_memory():
    """Let no other process of the same user look into this one."""
    if LINUX:
        _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


# Numbers of the system calls a homework never needs, for x86-64 and for arm64.
_FORBIDDEN = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "personality": (135, 92),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "acct": (163, 89),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "setrlimit": (160, 164),
    "timer_create": (222, 107),
}
# Of files that need not be opened for it: nothing happens, and programs go on.
_UNDONE = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
}
_BESIDE_LANDLOCK = {
    "truncate": (76, 45),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "kcmp": (312, 272),
    "process_mrelease": (448, 448),
    "mq_unlink": (241, 181),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "syslog": (103, 116),
    "setpgid": (109, 154),
}
_CLONE, _CLONE3, _CLONE_THREAD = (56, 220), (435, 435), 0x10000
_FIRST_ARGUMENT, _SECOND_ARGUMENT = 16, 24  # where seccomp keeps them
_SIGNALS = [((62, 129), 24), ((234, 131), 32)]  # kill, tgkill; where seccomp keeps the signal
_SIGKILL = 9
_PRLIMIT, _NEW_LIMIT = (302, 261), (32, 36)  # the two halves of the address of a new limit
_TKILL = (200, 130)
# Who is sent which signal when a file is ready: F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE,
# F_NOTIFY;
# FIOSETOWN, SIOCSPGRP, and TIOCSTI, which types at a terminal.
_FCNTL, _OWNERS_BY_FCNTL = (72, 25), (8, 10, 15, 1024, 1026)
_IOCTL, _OWNERS_BY_IOCTL = (16, 29), (0x8901, 0x8902, 0x5412)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x50001, 0x50026
_AS_IF_DONE = 0x50000


def filter_system_calls(files_too=False):
    """Refuse for good what a homework never needs: processes, programs, sockets, debugging, mounts.

    Parameters
    ----------
    files_too : bool
        Also what changes a file without opening it, and what reaches other processes: Landlock
        leaves both open. The rights and times of files stay as they are, and no error says so.

    Returns
    -------
    bool
        False on a machine whose system calls are not known here.
    """
    if not LINUX or platform.machine() not in _MACHINES:
        return False
    program = _program(*_MACHINES[platform.machine()], os.getpid(), files_too)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    address = ctypes.addressof(code)
    header = ctypes.create_string_buffer(struct.pack("H6xP", len(program), address))
    done = _libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_void_p(ctypes.addressof(header)), 0, 0)
    return done == 0


def _program(column, architecture, pid, files_too):
    """Return the filter's lines (code, jump if true, jump if false, constant)."""
    number, machine = 0, 4  # where seccomp keeps them
    lines = [
        (_LOAD, 0, 0, machine),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, number),
        (_AT_LEAST, 0, 1, 0x40000000),  # the calls of another ABI
        (_RETURN, 0, 0, _KILL),
        (_EQUAL, 0, 1, _CLONE3[column]),
        (_RETURN, 0, 0, _ENOSYS),  # the C library then uses clone, whose flags can be read
        *_threads_only(_CLONE[column], number),
    ]
    for call, signal in _SIGNALS:
        lines += _signals_to_itself(call[column], signal, pid)
    lines += _limits_read_only(_PRLIMIT[column])
    lines += _second_argument_not(_FCNTL[column], _OWNERS_BY_FCNTL)
    lines += _second_argument_not(_IOCTL[column], _OWNERS_BY_IOCTL)
    for numbers in (_UNDONE if files_too else {}).values():
        if numbers[column] is not None:
            lines += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _AS_IF_DONE)]
    refused = _FORBIDDEN | (_BESIDE_LANDLOCK if files_too else {})
    forbidden = [numbers[column] for numbers in refused.values()] + [_TKILL[column]]
    for call in forbidden:
        if call is not None:
            lines += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _EPERM)]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _threads_only(clone, number):
    """A new thread is allowed, a new process is not."""
    return [
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_AND, 0, 0, _CLONE_THREAD),
        (_EQUAL, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, number),
        (_EQUAL, 0, 1, clone),
        (_RETURN, 0, 0, _EPERM),
    ]


def _signals_to_itself(call, signal, pid):
    """Any signal but SIGKILL, which means that the system killed it, and to itself only."""
    return [
        (_EQUAL, 0, 6, call),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 0, 3, pid),
        (_LOAD, 0, 0, signal),
        (_EQUAL, 1, 0, _SIGKILL),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
    ]


def _second_argument_not(call, values):
    """All of a call but with these values."""
    lines = [(_LOAD, 0, 0, _SECOND_ARGUMENT)]
    for value in values:
        lines += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _EPERM)]
    return [(_EQUAL, 0, len(lines) + 1, call), *lines, (_RETURN, 0, 0, _ALLOW)]


def _limits_read_only(prlimit):
    """Limits may be read; one of zero seconds would end in SIGKILL."""
    return [
        (_EQUAL, 0, 6, prlimit),
        (_LOAD, 0, 0, _NEW_LIMIT[0]),
        (_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, _NEW_LIMIT[1]),
        (_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
    ]
