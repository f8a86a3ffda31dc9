# class: read-processes
# goal: read the parent's environment
# layer: landlock

import os


def attack(target):
    with open(f"/proc/{os.getppid()}/environ", "rb") as file:
        return file.read() is not None
