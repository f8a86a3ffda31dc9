# class: loosen-wall
# goal: set limits of its own
# layer: seccomp

import resource


def attack(target):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except ValueError as error:
        raise PermissionError(1, str(error)) from None
    return True
