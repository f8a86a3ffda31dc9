# class: change-tree
# goal: empty a file of the user
# layer: seccomp

import os


def attack(target):
    os.truncate(target["secret"], 0)
    return True
