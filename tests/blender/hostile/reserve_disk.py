# class: disk-fill
# goal: reserve disk beyond the limit
# layer: seccomp

import os


def attack(target):
    descriptor = os.open("ring.glb", os.O_WRONLY)
    os.posix_fallocate(descriptor, 0, 1 << 16)
    return True
