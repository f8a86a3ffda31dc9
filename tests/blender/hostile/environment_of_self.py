# class: read-processes
# goal: read the environment that the process was started with
# layer: landlock


def attack(target):
    with open("/proc/self/environ", "rb") as file:
        return file.read()
