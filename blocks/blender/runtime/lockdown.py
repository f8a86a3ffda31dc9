"""The wall around untrusted code: rlimits, no privileges, Landlock and seccomp, taken on by the calling process.

    limits → no capabilities, no new privileges, not dumpable → Landlock (files) → seccomp (system calls)

The order matters: each step could be undone by what the next one forbids. Landlock binds the calling thread and what
it starts later, so a process calls `lock` while it has one thread: right after a fork, or before `import bpy`.

An external Blender is executed, so its wall goes up in two steps: the same one, which still lets the process become
that one program, and inside it, before the script, a second filter that takes execve back (see inside.py).

The filter is an allow-list of names that libseccomp resolves for the machine's architecture: what is not needed to
compute, to start threads, to read files and to write the one open to it is answered with EPERM. Pointers cannot be
inspected by a filter, so files are Landlock's and everything else is the filter's.
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)

# Landlock's system calls have these numbers on every architecture (linux/landlock.h, since Linux 5.13).
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL_OF_ABI_1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 15, 16, 0x53564D41
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}  # the one number needed where libseccomp, which knows them, is not
_CLONE_THREAD = 0x10000
# Asking about a terminal and close-on-exec; terminals' own requests (TIOCSTI types into them) stay out.
_HARMLESS_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIOCLEX

_ALLOWED = """
    read readv pread64 preadv write writev pwrite64 pwritev close close_range lseek dup dup2 dup3 fcntl ftruncate
    fsync fdatasync flock pipe pipe2 eventfd2 poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait
    open openat stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
    getdents getdents64 getcwd chdir umask
    mmap munmap mremap mprotect madvise brk mincore membarrier
    futex futex_waitv set_robust_list get_robust_list rseq set_tid_address arch_prctl exit exit_group
    sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler getpriority getcpu
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigsuspend rt_sigpending sigaltstack restart_syscall
    pause alarm getitimer setitimer
    time gettimeofday clock_gettime clock_getres nanosleep clock_nanosleep times getrusage getrandom uname sysinfo
    getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid getrlimit
"""


class LockdownUnavailableError(OSError):
    """This machine cannot lock a process down; the message says what is missing."""


@dataclass(frozen=True)
class Limits:
    """What one job may use."""

    timeout_s: float
    memory_mb: int
    output_mb: int

    def apply(self) -> None:
        """Set the rlimits of the calling process; memory counts from what it has mapped already."""
        mapped_bytes = _mapped_bytes()
        caps = {
            resource.RLIMIT_AS: mapped_bytes + (self.memory_mb << 20),
            resource.RLIMIT_FSIZE: self.output_mb << 20,
            resource.RLIMIT_CPU: int(self.timeout_s * (os.cpu_count() or 1)) + 1,
            resource.RLIMIT_NOFILE: 128,
            resource.RLIMIT_CORE: 0,
        }
        for name, value in caps.items():
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (value, value))


def _mapped_bytes() -> int:
    with contextlib.suppress(OSError):  # no /proc outside Linux
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return 0


def missing() -> str:
    """Return what this machine lacks for a lockdown, or an empty string."""
    if sys.platform != "linux":
        return f"{sys.platform} has neither Landlock nor seccomp; use Linux 5.13 or newer"
    if landlock_abi() < 1:
        return "the kernel offers no Landlock; Linux 5.13 or newer with landlock in its `lsm=` list is needed"
    try:
        import pyseccomp  # noqa: F401  (loads libseccomp.so.2)
    except (ImportError, RuntimeError) as error:
        return f"seccomp cannot be used ({error}); install libseccomp2 and pyseccomp"
    return ""


def landlock_abi() -> int:
    """Return the kernel's Landlock ABI, 0 when it has none."""
    if sys.platform != "linux":
        return 0
    return max(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1), 0)


def die_with_parent(parent_pid: int, number: int = signal.SIGKILL) -> None:
    """Make the kernel signal this process when the thread that forked it ends; ends at once if it has already."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(1)


def lock(limits: Limits, readable: Iterable[Path], writable: Iterable[Path], *, may_exec: Path | None = None) -> None:
    """Lock the calling process down for good.

    `readable` are folders and files, `writable` are files that exist; `may_exec` is the one program that the process
    may still become, until that program loads the filter of `write_filter`. Raises LockdownUnavailableError, and
    OSError when a step fails.
    """
    lack = missing()
    if lack:
        raise LockdownUnavailableError(errno.ENOSYS, lack)
    limits.apply()
    drop_privileges()
    _landlock(readable, writable, [may_exec, *_loaders()] if may_exec else [])
    _filter(may_exec=may_exec is not None).load()


def write_filter(path: Path) -> None:
    """Write the filter of this process to `path` as the kernel takes it, to be loaded where there is no libseccomp."""
    with path.open("wb") as file:
        _filter(may_exec=False).export_bpf(file)


def load_filter(program: bytes) -> None:
    """Load the filter that `write_filter` wrote, for every thread of the calling process."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")  # becoming another program had reset it
    buffer = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))  # struct sock_fprog
    number = _SECCOMP[platform.machine()]
    _check(_libc.syscall(number, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, described), "seccomp")


def _loaders() -> list[Path]:
    """Return the dynamic loaders that an ELF program may name; they are executed too."""
    return [path for folder in ("/lib", "/lib64") for path in Path(folder).glob("ld-linux*.so*")]


def drop_privileges() -> None:
    """Give up every capability, privilege gained by programs, core dumps and being traced."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)  # _LINUX_CAPABILITY_VERSION_3, this process
    _check(_libc.capset(header, nothing), "capset")
    _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")


@lru_cache(maxsize=1)
def runtime_files() -> list[Path]:
    """Return what bpy and Python read: the libraries, this folder, and no home, /proc, /etc or /tmp."""
    places = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    places |= {path for path in sys.path if os.path.isdir(path)}
    places |= {os.path.join(sys.base_prefix, "lib"), os.path.dirname(os.path.abspath(__file__))}
    places |= {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/urandom", "/dev/null"}
    found = [Path(place) for place in sorted(places) if os.path.exists(place)]
    return [place for place in found if not any(other in found for other in place.parents)]


def _landlock(readable: Iterable[Path], writable: Iterable[Path], executable: Iterable[Path]) -> None:
    abi = landlock_abi()
    handled = _ALL_OF_ABI_1 | (abi >= 2) * _REFER | (abi >= 3) * _TRUNCATE | (abi >= 5) * _IOCTL_DEV
    network = (abi >= 4) * 3  # TCP bind and connect
    scoped = (abi >= 6) * 3  # abstract Unix sockets and signals
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _libc.syscall(_CREATE_RULESET, struct.pack("=QQQ", handled, network, scoped), ctypes.c_size_t(size), 0)
    _check(min(ruleset, 0), "landlock_create_ruleset")
    for path in readable:
        _allow(ruleset, path, handled & (_READ_FILE | _READ_DIR))
    for path in writable:
        _allow(ruleset, path, handled & (_READ_FILE | _WRITE_FILE | _TRUNCATE))
    for path in executable:
        _allow(ruleset, path, handled & (_EXECUTE | _READ_FILE))
    _check(_libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not path.is_dir():
        rights &= _FILE_RIGHTS
    _check(_libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=QI", rights, place), 0), f"landlock_add_rule {path}")
    os.close(place)


def _filter(*, may_exec: bool) -> Any:
    """Return the filter of system calls for the calling process and all its threads, a pyseccomp.SyscallFilter."""
    import pyseccomp as sc

    def allow(name: str, *conditions: sc.Arg) -> None:
        number = sc.resolve_syscall(sc.Arch.NATIVE, name)
        if number >= 0:  # negative: this architecture does not have it
            rules.add_rule(sc.ALLOW, number, *conditions)

    rules = sc.SyscallFilter(sc.ERRNO(errno.EPERM))
    rules.set_attr(sc.Attr.CTL_TSYNC, 1)
    for name in _ALLOWED.split():
        allow(name)
    # Threads, not processes. The flags of clone3 lie behind a pointer: without it libc falls back to clone.
    allow("clone", sc.Arg(0, sc.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD))
    rules.add_rule(sc.ERRNO(errno.ENOSYS), "clone3")
    for name in ("kill", "tgkill"):  # abort() and raise() signal their own process
        allow(name, sc.Arg(0, sc.EQ, os.getpid()))
    allow("prlimit64", sc.Arg(0, sc.EQ, 0), sc.Arg(2, sc.EQ, 0))  # reading its own
    for request in _HARMLESS_IOCTLS:
        allow("ioctl", sc.Arg(1, sc.EQ, request))
    for option in (_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA):
        allow("prctl", sc.Arg(0, sc.EQ, option))
    if may_exec:  # the second filter, loaded inside Blender, takes these back
        allow("execve")
        allow("seccomp")
        allow("prctl", sc.Arg(0, sc.EQ, _PR_SET_DUMPABLE))
    return rules


def _check(result: int, step: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"lockdown failed at {step}: {os.strerror(ctypes.get_errno())}")
