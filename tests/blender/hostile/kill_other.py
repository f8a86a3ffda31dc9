# class: signal-others
# goal: end another process
# layer: seccomp

import os


def attack(target):
    os.kill(target["victim"], 0)
    return True
