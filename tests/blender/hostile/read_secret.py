# class: read-files
# goal: read a private file of the user
# layer: landlock


def attack(target):
    with open(target["secret"]) as file:
        return "canary" in file.read()
