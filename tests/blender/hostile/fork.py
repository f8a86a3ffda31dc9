# class: multiply
# goal: fork
# layer: seccomp

import os


def attack(target):
    child = os.fork()
    if not child:
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
