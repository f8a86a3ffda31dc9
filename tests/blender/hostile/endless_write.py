# class: log-flood
# goal: flood the log below Python
# layer: watchdog
# evidence: stopped: log size

import os


def attack(target):
    while True:
        os.write(2, b"planted\n" * 1000)
