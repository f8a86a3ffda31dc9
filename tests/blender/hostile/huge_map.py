# class: memory-bomb
# goal: take memory from the kernel
# layer: rlimit
# evidence: ENOMEM

import mmap


def attack(target):
    return mmap.mmap(-1, target["too_much_bytes"])
