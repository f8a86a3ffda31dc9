# class: kernel-surface
# goal: leave shared memory behind
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    segment = libc.shmget(0, 4096, 0o1600)
    if segment < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    libc.shmctl(segment, 0, None)
    return True
