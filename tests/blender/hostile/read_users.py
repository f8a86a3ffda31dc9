# class: read-files
# goal: learn the machine's users
# layer: landlock


def attack(target):
    with open("/etc/passwd") as file:
        return "root" in file.read()
