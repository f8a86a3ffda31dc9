# class: list-folders
# goal: list the folder that all users share
# layer: landlock

import os


def attack(target):
    return os.listdir("/tmp")
