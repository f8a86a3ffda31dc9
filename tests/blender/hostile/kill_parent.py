# class: signal-others
# goal: end the process that watches
# layer: seccomp

import os


def attack(target):
    os.kill(os.getppid(), 0)
    return True
