"""What the Linux kernel offers to shut a process in, called through ctypes.

Sources: unshare(2), landlock(7), seccomp(2), capset(2), prctl(2).
"""

import ctypes
import os
import platform
import resource
import signal
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
SYS_CAPSET = 126  # x86-64
SYS_LANDLOCK_CREATE_RULESET = 444  # the same number on every architecture, as the next two
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446

# Access bits of struct landlock_ruleset_attr.handled_access_fs, by the ABI that brought them.
FS_FILE = (1 << 1) | (1 << 2) | (1 << 14)  # write, read, truncate
FS_READ = (1 << 2) | (1 << 3)  # read file, read folder
FS_WORK = FS_READ | (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 14)
FS_ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
NET_ALL = 0b11  # bind and connect of TCP, since ABI 4
SCOPE_ALL = 0b11  # abstract sockets and signals, since ABI 6


def leave_network() -> bool:
    """Enter an own user and network namespace; tell whether only an idle loopback is left."""
    user, group = os.geteuid(), os.getegid()
    if LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return False
    return [name for _, name in socket.if_nameindex()] == ["lo"]


def drop_privileges() -> None:
    """Give up every capability and the way to regain one by running a program."""
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if platform.machine() == "x86_64":
        header = struct.pack("=Ii", 0x20080522, 0)
        LIBC.syscall(SYS_CAPSET, header, struct.pack("=6I", 0, 0, 0, 0, 0, 0))


def die_with_parent(parent: int) -> None:
    """Be killed when the process `parent` ends, also when it has ended just now."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def set_limits(limits: dict[str, int]) -> None:
    """Set the resource limits of this process: CPU seconds, bytes of memory and per file."""
    cpu = limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    for which, name in (
        (resource.RLIMIT_AS, "memory_bytes"),
        (resource.RLIMIT_FSIZE, "file_bytes"),
        (resource.RLIMIT_NOFILE, "open_files"),
    ):
        resource.setrlimit(which, (limits[name], limits[name]))


def landlock_abi() -> int:
    """Return the version of Landlock the kernel has, 0 for none."""
    return max(0, int(LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, None, 0, 1)))


def _ruleset(abi: int) -> tuple[int, int]:
    handled = FS_ALL_BY_ABI[max(known for known in FS_ALL_BY_ABI if known <= abi)]
    net = NET_ALL if abi >= 4 else 0
    scope = SCOPE_ALL if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("=QQQ", handled, net, scope)[:size]
    return int(LIBC.syscall(SYS_LANDLOCK_CREATE_RULESET, attributes, size, 0)), handled


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # this system does not have the folder, so there is nothing to allow
    if not path.is_dir():
        access &= FS_FILE
    LIBC.syscall(SYS_LANDLOCK_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, beneath), 0)
    os.close(beneath)


def restrict_files(*, read: Iterable[Path], work: Iterable[Path]) -> bool:
    """Allow reading below `read` and writing below `work` only; tell whether the kernel does it.

    Newer kernels also refuse TCP, abstract sockets and signals to processes outside.
    """
    abi = landlock_abi()
    if abi == 0:
        return False
    ruleset, handled = _ruleset(abi)
    if ruleset < 0:
        return False
    for path in read:
        _allow(ruleset, path, FS_READ & handled)
    for path in work:
        _allow(ruleset, path, FS_WORK & handled)
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done = int(LIBC.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)) == 0
    os.close(ruleset)
    return done


# System calls (x86-64 numbers) that no parser or renderer needs: sockets, programs, other
# processes, namespaces, keys, kernel modules, shared memory by name, and io_uring, which could
# do the same unseen.
REFUSED_CALLS = (
    *(29, 30, 41, 42, 43, 49, 50, 53, 57, 58, 59, 64, 68, 101, 133, 155, 161, 165, 166, 175, 176),
    *(200, 240, 246, 248, 249, 250, 259, 272, 288, 298, 303, 304, 308, 310, 311, 312, 313, 321),
    *(322, 323, 424, 425, 426, 427, 428, 429, 430, 434, 438, 440, 442),
)
SYS_CLONE, SYS_CLONE3, SYS_KILL, SYS_TGKILL, SYS_PRLIMIT64 = 56, 435, 62, 234, 302
CLONE_THREAD = 0x00010000
AUDIT_ARCH_X86_64 = 0xC000003E
FIRST_X32_CALL = 0x40000000
LOAD, EQUALS, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000  # EPERM, ENOSYS
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_FIRST_ARGUMENT = 0, 4, 16


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _only_when_first_argument(call: int, test: int, value: int) -> list[bytes]:
    """Allow `call` when its first argument passes the test, else refuse it."""
    return [
        _instruction(EQUALS, call, 0, 4),
        _instruction(LOAD, OFFSET_FIRST_ARGUMENT),
        _instruction(test, value, 0, 1),
        _instruction(RETURN, ALLOW),
        _instruction(RETURN, REFUSE),
    ]


def _filter_program() -> list[bytes]:
    program = [
        _instruction(LOAD, OFFSET_ARCH),
        _instruction(EQUALS, AUDIT_ARCH_X86_64, 1, 0),
        _instruction(RETURN, KILL),
        _instruction(LOAD, OFFSET_NUMBER),
        _instruction(AT_LEAST, FIRST_X32_CALL, 0, 1),
        _instruction(RETURN, REFUSE),
        _instruction(EQUALS, SYS_CLONE3, 0, 1),
        _instruction(RETURN, UNKNOWN),  # the C library falls back to clone, which can be judged
        *_only_when_first_argument(SYS_CLONE, ANY_BIT, CLONE_THREAD),
        *_only_when_first_argument(SYS_KILL, EQUALS, os.getpid()),
        *_only_when_first_argument(SYS_TGKILL, EQUALS, os.getpid()),
        *_only_when_first_argument(SYS_PRLIMIT64, EQUALS, 0),
    ]
    for call in REFUSED_CALLS:
        program += [_instruction(EQUALS, call, 0, 1), _instruction(RETURN, REFUSE)]
    return [*program, _instruction(RETURN, ALLOW)]


def refuse_calls() -> bool:
    """Refuse sockets, new processes and programs to this process; tell whether it is in force."""
    if platform.machine() != "x86_64":
        return False
    code = b"".join(_filter_program())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return int(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0)) == 0
