# class: write-files
# goal: plant code where the next job imports it
# layer: landlock

import os
import sysconfig


def attack(target):
    path = os.path.join(target["folder"] if target["control"] else sysconfig.get_path("stdlib"), "planted.py")
    with open(path, "w") as file:
        return file.write("x = 1")
