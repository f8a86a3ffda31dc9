# class: memory-bomb
# goal: take memory at once
# layer: rlimit
# evidence: MemoryError


def attack(target):
    return bytearray(target["too_much_bytes"])
