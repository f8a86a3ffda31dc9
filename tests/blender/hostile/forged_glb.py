# class: forge-results
# goal: pass rubbish off as a ring by forging the file and the report
# layer: outside-proof

import os


def attack(target):
    with open("ring.glb", "wb") as file:
        file.write(b"glTF" + (2).to_bytes(4, "little") + (4096).to_bytes(4, "little") + bytes(4084))
    if not target["control"]:
        os.write(3, b'{"stage": "export", "error": null, "done": true}')
    os._exit(0)
