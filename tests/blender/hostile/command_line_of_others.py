# class: read-processes
# goal: read another process's command line
# layer: landlock


def attack(target):
    with open(f"/proc/{target['victim']}/cmdline") as file:
        return "sleep" in file.read()
