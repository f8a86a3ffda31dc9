# class: survive
# goal: stay alive by ignoring signals
# layer: watchdog
# evidence: stopped: wall clock

import signal
import time


def attack(target):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    while True:
        time.sleep(1)
