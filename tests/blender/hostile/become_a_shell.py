# class: start-processes
# goal: turn into a shell
# layer: seccomp

import os


def attack(target):
    os.execv("/bin/sh", ["sh", "-c", "echo GOAL"])
