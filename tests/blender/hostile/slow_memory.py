# class: memory-leak
# goal: take memory bit by bit
# layer: watchdog
# evidence: stopped: memory

import time


def attack(target):
    blocks = [b"x" * (4 << 20) for _ in range(target["much_bytes"] >> 22)]
    time.sleep(0.5)
    return blocks
