# class: disk-fill
# goal: fill the disk with the one file it may write
# layer: rlimit
# evidence: EFBIG


def attack(target):
    with open("ring.glb", "wb") as file:
        for _ in range(3):
            file.write(bytes(1 << 20))
    return True
