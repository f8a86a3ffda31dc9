# class: read-files
# goal: have numpy read a private file
# layer: landlock

import numpy


def attack(target):
    return b"canary" in numpy.fromfile(target["secret"], dtype="uint8").tobytes()
