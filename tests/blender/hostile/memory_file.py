# class: kernel-surface
# goal: make a file that has no name, to run it
# layer: seccomp

import os


def attack(target):
    return os.memfd_create("planted")
