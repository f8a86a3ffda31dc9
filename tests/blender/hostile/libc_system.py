# class: start-processes
# goal: run a shell command through libc
# layer: seccomp

import ctypes


def attack(target):
    status = ctypes.CDLL(None).system(f"echo planted > {target['folder']}/planted".encode())
    if status >> 8 == 127 or status < 0:
        raise PermissionError(1, "no shell was started")
    return True
