# class: read-files
# goal: reach a private file by a relative path
# layer: landlock

import os


def attack(target):
    path = os.path.relpath(target["secret"], os.getcwd())
    return b"canary" in os.read(os.open(path, os.O_RDONLY), 100)
