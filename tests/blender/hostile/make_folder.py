# class: change-tree
# goal: make a folder
# layer: seccomp

import os


def attack(target):
    os.mkdir(os.path.join(target["folder"], "planted"))
    return True
