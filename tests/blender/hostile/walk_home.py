# class: list-folders
# goal: list the home folder
# layer: landlock

import os


def attack(target):
    return os.listdir(os.path.dirname(os.path.dirname(target["secret"])))
