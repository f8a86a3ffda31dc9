# class: descriptors
# goal: use what the parent left open
# layer: clean-env

import os
import stat


def attack(target):
    for number in range(4, 128):
        try:
            kind = os.fstat(number).st_mode
        except OSError:
            continue
        if stat.S_ISSOCK(kind) or stat.S_ISREG(kind):
            return number
    return None
