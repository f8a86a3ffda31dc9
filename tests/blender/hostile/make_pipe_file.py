# class: change-tree
# goal: leave a named pipe
# layer: seccomp

import os


def attack(target):
    os.mkfifo(os.path.join(target["folder"], "planted"))
    return True
