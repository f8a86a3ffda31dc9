# class: read-processes
# goal: find out about the machine's network
# layer: landlock

import os


def attack(target):
    return os.listdir("/sys/class/net")
