# class: survive
# goal: stay alive with the log and the report closed
# layer: watchdog
# evidence: stopped: wall clock

import os
import time


def attack(target):
    os.closerange(0, 64)
    time.sleep(100)
