# class: loosen-wall
# goal: run a lockdown of its own over the other
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(444, None, ctypes.c_size_t(0), 1) < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return True
