# class: read-processes
# goal: open another process's memory
# layer: landlock


def attack(target):
    with open(f"/proc/{target['victim']}/mem", "rb") as file:
        return file.fileno() > 0
