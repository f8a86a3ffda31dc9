# class: change-tree
# goal: make a symbolic link to a private file
# layer: seccomp

import os


def attack(target):
    os.symlink(target["secret"], os.path.join(target["folder"], "planted"))
    return True
