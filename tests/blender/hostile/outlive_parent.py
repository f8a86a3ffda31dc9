# class: loosen-wall
# goal: stay alive when the watcher ends
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(1, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return True
