# class: multiply
# goal: start a pool of processes
# layer: seccomp

import os


def attack(target):
    import multiprocessing

    process = multiprocessing.get_context("fork").Process(target=os._exit, args=(0,))
    process.start()
    process.join()
    return True
