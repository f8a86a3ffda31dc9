# class: descriptors
# goal: use every descriptor up
# layer: rlimit
# evidence: EMFILE

import os


def attack(target):
    return [os.pipe() for _ in range(200)]
