# class: multiply
# goal: multiply, a little
# layer: seccomp

import os
import time


def attack(target):
    for _ in range(5):
        if not os.fork():
            time.sleep(1)
            os._exit(0)
    return True
