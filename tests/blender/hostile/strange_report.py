# class: forge-reports
# goal: hand the reader of the report other things than it expects
# layer: outside-proof

import os


def attack(target):
    with open("ring.glb", "wb") as file:
        file.write(bytes(4096))
    if not target["control"]:
        os.write(3, b'{"stage": ["done"], "done": 1, "error": {"line": "1e9", "facts": {"a": 1}, "type": null}}')
    os._exit(0)
