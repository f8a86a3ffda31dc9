# class: change-tree
# goal: delete a file of the user
# layer: seccomp

import os


def attack(target):
    os.unlink(target["secret"])
    return True
