# class: memory-bomb
# goal: take memory as an array
# layer: rlimit
# evidence: MemoryError|ArrayMemoryError

import numpy


def attack(target):
    return numpy.ones(target["too_much_bytes"] // 8).any()
