# class: signal-others
# goal: end another process by a descriptor of it
# layer: seccomp

import os
import signal


def attack(target):
    signal.pidfd_send_signal(os.pidfd_open(target["victim"]), 0)
    return True
