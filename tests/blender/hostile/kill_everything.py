# class: signal-others
# goal: end every process there is
# layer: seccomp

import os


def attack(target):
    os.kill(-target["victim"], 0)
    return True
