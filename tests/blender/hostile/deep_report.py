# class: forge-reports
# goal: break the reader of the report
# layer: outside-proof

import os


def attack(target):
    with open("ring.glb", "wb") as file:
        file.write(bytes(4096))
    if not target["control"]:
        os.write(3, b"[" * 60000)
    os._exit(0)
