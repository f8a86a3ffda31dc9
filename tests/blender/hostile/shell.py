# class: start-processes
# goal: run a shell command
# layer: seccomp

import os


def attack(target):
    status = os.system(f"echo planted > {target['folder']}/planted")
    if os.waitstatus_to_exitcode(status) == 127:
        raise PermissionError(1, "no shell was started")
    return status == 0
