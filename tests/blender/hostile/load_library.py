# class: load-code
# goal: load machine code from a folder of the user
# layer: landlock

import ctypes


def attack(target):
    return ctypes.CDLL(target["library"])
