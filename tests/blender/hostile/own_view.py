# class: kernel-surface
# goal: part with the shared table of files
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x400) < 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return True
