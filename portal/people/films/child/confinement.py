"""The only place that shuts in the process which opens a video: no network, no other file, no other process, limits.

What the libraries that read videos would do at a video's word is refused by the kernel, since they are not Python:
by seccomp (system calls), Landlock (files) and, where one may make them, namespaces of its own (network).
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from portal.people.films import bounds


@dataclass(frozen=True)
class Confinement:
    """What of it holds on this machine; limits of memory, time, size and files hold on every one."""

    is_without_calls: bool  # seccomp
    is_without_files: bool  # Landlock
    is_without_network: bool  # a network namespace in which there is nothing

    @property
    def is_enough(self) -> bool:
        """Whether nothing it reads can leave this machine."""
        return self.is_without_calls or self.is_without_network


def confine(*, source: Path, folder: Path, cpu_seconds: int, most_bytes: int) -> Confinement:
    """Shut this process in for good: it reads `source`, writes below `folder`, and ends with who started it."""
    _end_with_parent()
    os.nice(10)
    os.umask(0o077)
    _limit(cpu_seconds, most_bytes)
    is_without_network = _unshare()
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    is_without_files = _keep_to(source, folder)
    return Confinement(
        is_without_calls=_refuse_calls(), is_without_files=is_without_files, is_without_network=is_without_network
    )


def allow_cpu(seconds: int) -> None:
    """Let this process work that long in all: more than it took to look, now that it is known how much there is."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _end_with_parent() -> None:
    parent = os.getppid()
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent or parent == 1:
        sys.exit("Nobody waits for this.")


def _limit(cpu_seconds: int, most_bytes: int) -> None:
    most_cpu = bounds.AT_LEAST_SECONDS + bounds.TIMES_ITS_LENGTH * bounds.MOST_SECONDS
    for what, soft, hard in (
        (resource.RLIMIT_AS, bounds.MEMORY, bounds.MEMORY),
        (resource.RLIMIT_CPU, cpu_seconds, most_cpu),
        (resource.RLIMIT_FSIZE, most_bytes, most_bytes),
        (resource.RLIMIT_NOFILE, bounds.OPEN_FILES, bounds.OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))


def _unshare() -> bool:
    """Where one may not, seccomp stands alone."""
    return _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0


# -- seccomp: Linux, Documentation/userspace-api/seccomp_filter.rst ----------------------------------------------------

_CALLS = {  # refused: number on x86-64, on arm64
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "bind": (49, 200),
    "listen": (50, 201),
    "socketpair": (53, 199),
    "accept4": (288, 242),
    "sendmmsg": (307, 269),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "io_uring_setup": (425, 425),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
_SECCOMP, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_SPEC_ALLOW = (317, 277), 1, 1 << 2
_CLONE, _CLONE3 = (56, 220), (435, 435)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_…

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000


def _refuse_calls() -> bool:
    if platform.machine() not in _ARCHITECTURES:
        return False
    column, architecture = _ARCHITECTURES[platform.machine()]
    program = b"".join(_program(column, architecture))
    kept = ctypes.create_string_buffer(program, len(program))
    filters = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(kept))
    # Without its flag, the filter of some kernels also switches off what makes the processor fast.
    if _call("syscall", _SECCOMP[column], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_SPEC_ALLOW, filters) == 0:
        return True
    return _call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filters, 0, 0) == 0


def _program(column: int, architecture: int) -> Iterable[bytes]:
    """BPF: what is refused answers EPERM; `clone3` answers that there is none, so that threads are begun by `clone`."""
    yield _step(_LOAD, _ARCHITECTURE)
    yield _step(_EQUAL, architecture, 1, 0)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    yield _step(_AT_LEAST, _X32, 0, 1)
    yield _step(_RETURN, _REFUSE | _EPERM)
    for numbers in _CALLS.values():
        if (number := numbers[column]) is not None:
            yield _step(_EQUAL, number, 0, 1)
            yield _step(_RETURN, _REFUSE | _EPERM)
    yield _step(_EQUAL, _CLONE3[column], 0, 1)
    yield _step(_RETURN, _REFUSE | _ENOSYS)
    yield _step(_EQUAL, _CLONE[column], 0, 3)
    yield _step(_LOAD, _FIRST_ARGUMENT)
    yield _step(_ANY_BIT, _CLONE_THREAD, 1, 0)
    yield _step(_RETURN, _REFUSE | _EPERM)
    yield _step(_RETURN, _ALLOW)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


# -- Landlock: Linux, Documentation/userspace-api/landlock.rst ---------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR, _TRUNCATE = 1 << 2, 1 << 3, 1 << 14
_EVERYTHING = (1 << 13) - 1  # of its first version; the second adds moving files between folders, the third cutting
_WRITING = 1 << 1 | _READ_FILE | _READ_DIR | 1 << 5 | 1 << 8  # write, read, list, remove and make plain files


def _keep_to(source: Path, folder: Path) -> bool:
    version = _call("syscall", _CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = _EVERYTHING | (1 << 13 if version > 1 else 0) | (_TRUNCATE if version > 2 else 0)
    ruleset = _call("syscall", _CREATE_RULESET, struct.pack("Q", handled), 8, 0)
    if ruleset < 0:
        return False
    rules = ((source, _READ_FILE), (folder, (_WRITING | _TRUNCATE) & handled))
    is_ruled = all(_allow_below(ruleset, path, access) for path, access in rules)
    is_held = is_ruled and _call("syscall", _RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return is_held


def _allow_below(ruleset: int, path: Path, access: int) -> bool:
    opened = os.open(path, os.O_PATH)
    try:
        return _call("syscall", _ADD_RULE, ruleset, 1, struct.pack("=Qi", access, opened), 0) == 0
    finally:
        os.close(opened)


_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC, _CLONE_THREAD = 0x10000000, 0x40000000, 0x08000000, 0x00010000
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 1, 22, 38, 2

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> int:
    """What the C function answers; -1 where the kernel refuses or does not know it."""
    found: int = getattr(_libc, name)(*(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    return found
