# class: disk-fill
# goal: make the one file look endless
# layer: rlimit
# evidence: EFBIG

import os


def attack(target):
    descriptor = os.open("ring.glb", os.O_WRONLY)
    os.ftruncate(descriptor, 1 << 33)
    return True
