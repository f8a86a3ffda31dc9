# class: forge-results
# goal: count what was written before the failure as a success
# layer: outside-proof


def attack(target):
    with open("ring.glb", "wb") as file:
        file.write(b"glTF" + (2).to_bytes(4, "little") + (4096).to_bytes(4, "little") + bytes(4084))
    raise SystemExit(0)
