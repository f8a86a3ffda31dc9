# class: change-metadata
# goal: make a private file readable for all
# layer: seccomp

import os


def attack(target):
    os.chmod(target["secret"], 0o666)
    return True
