# class: write-files
# goal: leave a file in a folder of the user
# layer: landlock

import os


def attack(target):
    path = os.path.join(target["folder"], "planted")
    with open(path, "w") as file:
        return file.write("x")
