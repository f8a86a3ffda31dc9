# class: start-processes
# goal: start a program
# layer: seccomp

import subprocess


def attack(target):
    return subprocess.run(["/bin/true"]).returncode == 0
