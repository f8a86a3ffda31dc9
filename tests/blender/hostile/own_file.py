# class: change-metadata
# goal: change the owner of a file
# layer: seccomp

import os


def attack(target):
    os.chown(target["secret"], os.getuid(), os.getgid())
    return True
