# class: write-files
# goal: leave a file in shared memory
# layer: landlock

import os


def attack(target):
    path = f"/dev/shm/{os.path.basename(target['folder'])}"
    with open(path, "w") as file:
        file.write("x")
    os.unlink(path)
    return True
