# class: list-folders
# goal: list a folder of the user
# layer: landlock

import os


def attack(target):
    return os.listdir(os.path.dirname(target["secret"]))
