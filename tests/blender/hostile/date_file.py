# class: change-metadata
# goal: change the time of a file
# layer: seccomp

import os


def attack(target):
    os.utime(target["secret"], (0, 0))
    return True
