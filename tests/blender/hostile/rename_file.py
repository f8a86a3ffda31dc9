# class: change-tree
# goal: move a file of the user
# layer: seccomp

import os


def attack(target):
    os.rename(target["secret"], target["secret"] + ".moved")
    return True
