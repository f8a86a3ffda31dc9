# class: start-processes
# goal: find Popen without importing it
# layer: seccomp


def attack(target):
    classes = [kind for kind in object.__subclasses__() if kind.__name__ == "Popen"]
    if not classes:
        import subprocess

        classes = [subprocess.Popen]
    return classes[0](["/bin/true"]).wait() == 0
