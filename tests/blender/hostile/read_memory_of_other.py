# class: debug-others
# goal: read another process's memory
# layer: seccomp

import ctypes
import struct


def attack(target):
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(16)
    local = struct.pack("=QQ", ctypes.addressof(buffer), 16)
    remote = struct.pack("=QQ", target["address"], 16)
    if (
        libc.process_vm_readv(target["victim"], local, ctypes.c_ulong(1), remote, ctypes.c_ulong(1), ctypes.c_ulong(0))
        < 0
    ):
        raise OSError(ctypes.get_errno(), "process_vm_readv")
    return True
