# class: loosen-wall
# goal: go before all others
# layer: seccomp

import os


def attack(target):
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    return True
