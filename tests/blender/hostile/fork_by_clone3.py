# class: multiply
# goal: fork by the system call that hides its flags
# layer: seccomp
# evidence: ENOSYS

import ctypes
import os
import struct


def attack(target):
    arguments = struct.pack("=8Q", 0, 0, 0, 0, 17, 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    child = libc.syscall(435, arguments, len(arguments))
    if child < 0:
        raise OSError(ctypes.get_errno(), "clone3")
    if not child:
        os._exit(0)
    return True
