# class: time
# goal: compute without end where Python cannot be interrupted
# layer: watchdog
# evidence: stopped: wall clock

import re


def attack(target):
    return re.match(r"(a+)+$", "a" * 64 + "b")
