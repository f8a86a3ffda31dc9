# class: debug-others
# goal: take over another process
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(0x4206, target["victim"], 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return True
