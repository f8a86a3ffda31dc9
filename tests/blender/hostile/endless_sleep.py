# class: time
# goal: wait without end
# layer: watchdog
# evidence: stopped: wall clock

import time


def attack(target):
    time.sleep(100)
