# class: kernel-surface
# goal: make addresses predictable
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.personality(ctypes.c_ulong(0x0040000)) < 0:
        raise OSError(ctypes.get_errno(), "personality")
    return True
