# class: change-tree
# goal: make a second name for a private file
# layer: seccomp

import os


def attack(target):
    os.link(target["secret"], os.path.join(target["folder"], "planted"))
    return True
