# class: network-datagrams
# goal: leak a secret through the name service
# layer: seccomp

import ctypes


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.socket(2, 2, 0) < 0:
        raise OSError(ctypes.get_errno(), "socket")
    return True
