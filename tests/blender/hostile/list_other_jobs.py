# class: list-folders
# goal: list the folders of the jobs beside this one
# layer: landlock

import os


def attack(target):
    return os.listdir("..")
