# class: survive
# goal: stay alive by standing still
# layer: watchdog
# evidence: stopped: wall clock

import os
import signal


def attack(target):
    os.kill(os.getpid(), signal.SIGSTOP)
