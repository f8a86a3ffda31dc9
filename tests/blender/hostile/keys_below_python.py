# class: environment
# goal: read the operator's keys where Python does not look
# layer: clean-env

import ctypes


def attack(target):
    block = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    return any(b"canary" in entry for entry in iter(iter(block).__next__, None))
