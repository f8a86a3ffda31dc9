# class: kernel-surface
# goal: use a request of ioctl that nothing needs
# layer: seccomp

import fcntl
import os


def attack(target):
    fcntl.ioctl(os.pipe()[0], 0x5452, b"\x01\x00\x00\x00")
    return True
