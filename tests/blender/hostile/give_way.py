# class: loosen-wall
# goal: change its own priority
# layer: seccomp

import os


def attack(target):
    return os.nice(1)
