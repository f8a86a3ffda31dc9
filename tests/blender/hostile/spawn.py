# class: start-processes
# goal: start a program the short way
# layer: seccomp

import os


def attack(target):
    return os.posix_spawn("/bin/true", ["true"], {})
