# class: multiply
# goal: leave a process behind
# layer: seccomp

import os
import time


def attack(target):
    if not os.fork():
        os.setsid()
        if not os.fork():
            with open(os.path.join(target["folder"], "planted"), "w") as file:
                file.write("x")
            time.sleep(1)
        os._exit(0)
    return True
