# class: forge-results
# goal: end well before the work is done
# layer: outside-proof

import os


def attack(target):
    with open("ring.glb", "wb") as file:
        file.write(bytes(4096))
    os._exit(0)
