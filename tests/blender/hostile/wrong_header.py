# class: forge-results
# goal: claim another length in the header than the file has
# layer: outside-proof

import os


def attack(target):
    with open("ring.glb", "wb") as file:
        file.write(b"glTF" + (2).to_bytes(4, "little") + (9999).to_bytes(4, "little") + bytes(4084))
    if not target["control"]:
        os.write(3, b'{"stage": "export", "error": null, "done": true}')
    os._exit(0)
