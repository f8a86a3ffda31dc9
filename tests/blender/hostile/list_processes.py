# class: read-processes
# goal: find out what runs
# layer: landlock

import os


def attack(target):
    return any(name.isdigit() for name in os.listdir("/proc"))
